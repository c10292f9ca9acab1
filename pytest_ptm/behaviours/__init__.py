"""What can be asked of a model: `evaluate_*` gives a Result."""
