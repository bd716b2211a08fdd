"""A deal's history in, its state out: restoring it, the intents on it, and the transitions they ask for."""
