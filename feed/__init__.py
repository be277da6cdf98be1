"""The feed: what the public sees of a show, compiled to RSS, read back and checked. May import episodes."""
