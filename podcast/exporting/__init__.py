"""A show taken out: an archive that brings all of it back, and the forms that other programs read."""
