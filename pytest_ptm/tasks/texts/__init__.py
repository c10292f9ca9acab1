"""Answers that are texts which a model writes."""
