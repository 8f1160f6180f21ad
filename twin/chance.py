"""Chance by name: every use of random numbers has a stream of its own, so that adding one never shifts another."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the generator of a named stream; the same seed and name give the same numbers on every machine."""
    key = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(key[:16], "big")))


def replication_seed(seed: int, replication: int) -> int:
    """Return the seed of a replication counted from 0; replication 0 has the study's own seed."""
    key = hashlib.sha256(f"{seed}:replication {replication}".encode()).digest()
    return seed if replication == 0 else int.from_bytes(key[:6], "big")
