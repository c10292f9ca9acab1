"""Checkpoints of the transformers library: one module a task, found by being here."""
