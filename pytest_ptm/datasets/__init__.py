"""Examples, and the files, frames and iterables they come from."""
