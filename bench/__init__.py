"""Benchmarks: `make bench WHAT=…`. Ratios and percentiles, against floors measured in the same run."""
