"""The frozen city: typed tables of read-only arrays."""
