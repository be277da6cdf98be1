"""Moving a show in: from feeds of other hands, and from what was moved out before."""
