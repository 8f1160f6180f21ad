"""The embedded Huế, drawn from published facts; not survey data."""
