"""A workflow whose job runs in the published image, for an image that only a login can pull. Text in, text out.

The runner pulls the image of an action before the first step, without a login. For the container of the job, on
`ghcr.io`, it logs in with the job's token. docs/release.md names the places in the runner's source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROGRAM = "/opt/salesbot/bin/salesbot"
"""Where the image has the program."""
INPUT = "INPUT_"
_IMAGE = re.compile(
    r"(?P<registry>[a-z0-9.-]+(?::\d+)?)/(?P<name>[a-z0-9_-][a-z0-9._/-]*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_STEP = re.compile(
    r"(?:^ *# There is no release yet: OWNER .*\n)?"
    r"^(?P<before> *)- uses: OWNER/salesbot@.*\n(?P<key> +)with:\n(?P<inputs>(?:(?P=key)  .*\n)+)",
    re.M,
)
_KEY = re.compile(r"^(?P<before> +)(?P<name>[a-z-]+): ", re.M)
_ARGUMENTS = re.compile(r"^ *args: (.*)$", re.M)
_RUNS_ON = re.compile(r"^(?P<before> +)runs-on: .*\n", re.M)
_CONTENTS = re.compile(r"^(?P<before> +)contents: read.*\n", re.M)


@dataclass(frozen=True)
class Image:
    """An image by its full name: the registry's host, the path there, and a tag or a digest."""

    text: str
    name: str
    """The path on the registry; for `ghcr.io` that of the repository, in lowercase: `acme/salesbot`."""
    tag: str
    digest: str

    @property
    def ref(self) -> str:
        """What decides which image it is."""
        return self.digest or self.tag

    @property
    def pinned(self) -> bool:
        """Whether it is a release: a digest, or the tag of a version, which is never moved."""
        return bool(self.digest or _VERSION.fullmatch(self.tag))


def read_image(text: str) -> Image | None:
    """Read the name of an image; None if it is none, or leaves the registry or the version open."""
    found = _IMAGE.fullmatch(text)
    if found is None or not (found["tag"] or found["digest"]) or not re.search(r"[.:]", found["registry"]):
        return None
    return Image(text, found["name"], found["tag"] or "", found["digest"] or "")


def with_image(text: str, image: Image) -> str:
    """Let the job of a workflow, as it comes with salesbot, run in an image. Other files stay as they are."""
    if _STEP.search(text) is None:
        return text
    unhashed = "" if image.digest else " # zizmor: ignore[unpinned-images]"
    container = f"container: {image.text}{unhashed}"
    why = "# Only the container of a job can be a private image; the runner logs in with the job's token."
    text = _STEP.sub(_step, text)
    text = _RUNS_ON.sub(lambda on: f"{on[0]}{on['before']}{why}\n{on['before']}{container}\n", text)
    return _CONTENTS.sub(lambda read: f"{read[0]}{read['before']}packages: read # to pull the image\n", text)


def _step(found: re.Match[str]) -> str:
    before, key = found["before"], found["key"]
    arguments = _ARGUMENTS.search(found["inputs"])
    step = f"{before}- name: salesbot\n{key}run: {PROGRAM} {arguments[1] if arguments else 'run'}\n"
    if arguments:
        return step
    token = f"{key}  {INPUT}TOKEN: ${{{{ github.token }}}}\n"
    return f"{step}{key}env:\n{token}{_KEY.sub(_variable, found['inputs'])}"


def _variable(found: re.Match[str]) -> str:
    """Give an input as the runner hands it to a container: a shell hands on no name with a hyphen."""
    return f"{found['before']}{INPUT}{found['name'].upper().replace('-', '_')}: "
