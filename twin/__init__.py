"""The city as it was surveyed, as it is now, and the numeric kernels; reads no file, knows no clock."""
