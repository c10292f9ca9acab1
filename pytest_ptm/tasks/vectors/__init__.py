"""Vectors as answers: what is said of texts, and of pairs of them."""
