"""What leaves: archives, and the forms of other programs."""
