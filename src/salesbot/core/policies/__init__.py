"""What salesbot does by itself: attention and reminders, new deals, returns from revisit, the mirror."""
