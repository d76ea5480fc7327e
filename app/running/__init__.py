"""Starts, watches, probes and stops programs: `curhat up`, `serve`, `listen`, `doctor`."""
