"""Writing tags: the copy of an audio file that is published says what the catalogue says."""
