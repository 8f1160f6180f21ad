"""Models: objects over kernels, moved by a run's clock."""
