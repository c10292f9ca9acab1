"""Figures of how alike the texts of pairs are."""
