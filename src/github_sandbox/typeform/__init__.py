"""A stand-in for Typeform: `Typeform` serves forms and their responses over HTTP and signs webhook deliveries."""

from github_sandbox.typeform.forms import Question, Typeform

__all__ = ["Question", "Typeform"]
