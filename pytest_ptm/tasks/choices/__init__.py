"""Choices as answers: one of several texts, which are others in each row."""
