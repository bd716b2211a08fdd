"""What the card and the replies show, as values for templates."""
