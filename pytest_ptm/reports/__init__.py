"""The run document and its renderings."""
