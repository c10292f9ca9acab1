"""The `ptm` command; it never imports pytest."""
