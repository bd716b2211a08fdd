"""What comes in: the lead, the field each answer fills, the issue it becomes, and deals that may be the same."""
