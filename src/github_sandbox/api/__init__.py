"""GitHub's API as one application: authentication, rate limits and faults, in front of GraphQL and REST."""
