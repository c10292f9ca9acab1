"""Intervals and tests, each with its reference."""
