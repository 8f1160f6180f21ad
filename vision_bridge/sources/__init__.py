"""Where observations come from: recorded days and synthetic ones."""
