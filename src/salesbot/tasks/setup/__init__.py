"""Installing and removing: what a team runs by hand when it installs salesbot in a repository, and when it removes it.

Everything here first shows what it would do. What it does on GitHub it does through the adapter, paced, and so that a
second run goes on where the first one stopped.
"""
