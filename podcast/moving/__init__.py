"""The move of a show from another host: the steps, and the proof that each is done."""
