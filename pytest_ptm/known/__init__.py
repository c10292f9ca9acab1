"""The list of examples that are known to fail."""
