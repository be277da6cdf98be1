"""The move from another host."""
