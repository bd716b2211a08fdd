"""Words behind a slash that are meant for others: GitHub's own, those of other bots, chat habits, and directories.

A line that begins with one of them is talk, and gets no answer, unless the pipeline has a command of that name.
"""

from __future__ import annotations

from salesbot.core.text.command_syntax import bare

# https://prow.k8s.io/command-help, and what other bots of that kind answer to.
_BOTS = (
    "approve area azp bark bot cherry-pick cherrypick check-cla cmd committee deploy easycla gcbrun good-first-issue"
    " help-wanted hold honk hug joke kind label language lgtm lifecycle lint meow merge milestone ok-to-test override"
    " pj-rehearse pony priority project rebase recheck refresh rerun rerun-all retest retest-required retitle run sig"
    " skip test test-all transfer-issue triage uncc unhold unlabel update-branch verify-owners wg woof"
)
_CHAT = "cc fc fyi giphy gif me msg remind hj shrug tableflip unflip tldr"
_DIRECTORIES = "api app bin boot dev etc home lib mnt opt proc root sbin srv sys tmp usr var"
_TALK = frozenset(" ".join((_BOTS, _CHAT, _DIRECTORIES)).split())


def is_talk(word: str) -> bool:
    """Say whether a word behind a slash is meant for somebody else."""
    plain = bare(word)
    return len(plain) < 2 or plain in _TALK or plain.startswith("remove-")
