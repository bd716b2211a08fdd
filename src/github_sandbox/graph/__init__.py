"""GraphQL: a subset of GitHub's public schema over the sandbox's rules.

`answer.py` is the way in; `schema.py` ties the schema to `fields.py` (reading) and `mutations.py` (changing).
"""
