"""What newsletter authors get of episodes: issues, and teasers for every mail system."""
