"""A repository as a whole: its labels, its workflow, what is wrong with it, coming and going."""
