"""Rules for a feed as the public gets it: one rule, one function, one source."""
