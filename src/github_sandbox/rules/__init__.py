"""GitHub's rules: who may do what, what it changes, what the timeline records, and which events it causes.

Both APIs and the people of the sandbox act through these functions, so that a rule exists once.
"""
