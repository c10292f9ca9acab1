"""Figures of answers that are classes."""
