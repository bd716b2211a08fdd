"""Programs that measure salesbot: what it costs, and what it does under load."""
