"""Figures of texts whose tokens are scored."""
