"""Numeric kernels: arrays in, arrays out, compiled by numba; nothing here knows a city."""
