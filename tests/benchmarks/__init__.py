"""Speed as a ratio against a peer on the same work in the same run: `make bench`."""
