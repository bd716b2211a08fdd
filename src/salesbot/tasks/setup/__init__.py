"""Coming and going: what a team runs by hand when salesbot enters a repository, and when it leaves.

Everything here says first what it would do. What it does on GitHub it does through the adapter, paced, and so that a
second run goes on where the first one stopped.
"""
