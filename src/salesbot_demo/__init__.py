"""The demo: people work on the issues of a sandbox, and the real program reacts. Each step is printed and checked.

`player` plays a story, `observation` describes what the program did, `acme_story` is the story. A story is data:
chapters of steps, each with what is expected; a new feature gets a new chapter. Nothing here knows how salesbot works.
"""

from __future__ import annotations

from salesbot_demo.acme_story import story
from salesbot_demo.board_chapter import with_board
from salesbot_demo.deal_lens import DealLens
from salesbot_demo.player import MONDAY, Chapter, Expected, Player, Step, Story, StoryError
from salesbot_demo.streak_chapter import workflow

__all__ = [
    "MONDAY",
    "Chapter",
    "DealLens",
    "Expected",
    "Player",
    "Step",
    "Story",
    "StoryError",
    "story",
    "with_board",
    "workflow",
]
