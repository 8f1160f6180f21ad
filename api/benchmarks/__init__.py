"""Speed and truth against other programs on the same work: `hue-twin bench`."""
