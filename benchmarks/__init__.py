"""Programs that measure salesbot: what it costs, what it does under load, and where it breaks."""
