"""Which models are loaded, which must go, and which are not to be trusted."""
