"""salesbot: a sales pipeline on GitHub issues."""
