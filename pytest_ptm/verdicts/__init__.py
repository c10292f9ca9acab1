"""A result held against its bound, and the words for what came of it."""
