"""Figures of answers that are choices."""
