"""REST: the part of GitHub's REST API that issue bots use, over the sandbox's rules.

`routes.py` is the way in; the other modules answer for one kind of thing each.
"""
