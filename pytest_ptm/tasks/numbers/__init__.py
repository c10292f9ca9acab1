"""Numbers as answers: what is said, and what is right."""
