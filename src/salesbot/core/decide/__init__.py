"""The decision: what it needs to know, what it makes of it, when it is due, and why."""
