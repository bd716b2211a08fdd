"""The page: a repository's issues as a board, for people in a browser. Rendered here; a little script does the rest."""
