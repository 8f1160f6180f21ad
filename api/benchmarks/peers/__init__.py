"""Other programs on our work, each in its own process: `python -m api.benchmarks.peers.NAME WORK OUT OPTIONS`."""
