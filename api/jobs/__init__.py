"""Runs as jobs: written down before they are answered, computed in worker processes, recovered after a restart."""
