"""A stand-in for Streak: `Streak` is the account with its pipelines and boxes, served over HTTP."""

from github_sandbox.streak.service import Streak

__all__ = ["Streak"]
