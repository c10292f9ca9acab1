"""What everything stands on: errors, texts fit to be shown, secrets kept, files."""
