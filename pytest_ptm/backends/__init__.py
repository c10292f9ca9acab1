"""What stands behind a model: load it, bind it to a task."""
