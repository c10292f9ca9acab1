"""Pure functions from labels and predictions to a Measurement."""
