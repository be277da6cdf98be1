"""What `folge doctor` looks at: the store, its bucket or folder, and what the public gets of it."""
