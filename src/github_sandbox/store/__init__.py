"""What the sandbox remembers: the database, the clock, and the ids of things."""
