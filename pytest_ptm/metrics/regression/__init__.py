"""Figures of answers that are numbers."""
