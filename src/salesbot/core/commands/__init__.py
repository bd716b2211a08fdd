"""Slash commands: what each one is, what it accepts, and the changes it asks for."""
