"""The observed issue against the desired deal: the effects that bring the one in sync with the other."""
