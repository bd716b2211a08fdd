"""One module for each outside system, each the only one that knows it."""
