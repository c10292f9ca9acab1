"""The fewest, fullest forward passes that answer all questions."""
