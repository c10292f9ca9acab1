"""Answers that are a tag for each word, and what is right of them."""
