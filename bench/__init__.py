"""Measurements: ratios against a peer, or peaks, in one run on one machine. `python -m bench --help` says which."""
