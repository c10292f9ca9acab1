"""A run as a value: its log, its document, and two of them compared."""
