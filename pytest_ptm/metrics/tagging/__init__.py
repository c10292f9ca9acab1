"""Figures of tags: entities found, and words tagged right."""
