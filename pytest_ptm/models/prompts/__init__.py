"""A template and label words: what makes a classifier of a language model."""
