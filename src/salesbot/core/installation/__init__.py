"""A repository as a whole: its labels, its workflow, its problems, installing and uninstalling."""
