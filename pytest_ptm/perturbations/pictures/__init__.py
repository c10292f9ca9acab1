"""Changes of pictures under which a model should not change its mind."""
