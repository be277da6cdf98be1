"""What the producer wrote and what was measured: episode files, audio facts, notes, problems."""
