"""Figures of texts that a model writes."""
