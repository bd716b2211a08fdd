"""The demo: a story of people on a sandbox's issues, played through the real program, told as it happens.

`story` plays any story, `seen` says what the program did, `acme` is the story there is. A story is data: chapters of
acts, each with what must come of it; whoever adds a feature adds a chapter. Nothing here knows how salesbot works.
"""

from __future__ import annotations

from salesbot_demo.acme import story
from salesbot_demo.boxes import workflow
from salesbot_demo.story import MONDAY, Act, Chapter, Player, Story, StoryError, Then

__all__ = ["MONDAY", "Act", "Chapter", "Player", "Story", "StoryError", "Then", "story", "workflow"]
