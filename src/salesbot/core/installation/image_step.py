"""A workflow that runs the published image where only a login can pull it. Text in, text out.

The runner pulls the image of an action before the first step, without a login, and a job cannot run in an image that
has no shell. So a step logs in with the job's token and starts the image, as the runner would (docs/release.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROGRAM = "/opt/salesbot/bin/salesbot"
"""Where the image has the program."""
INPUT = "INPUT_"
RUNS_IMAGE = "docker run "
REGISTRY = "ghcr.io"
"""The only registry that the job's token can log in to."""
_IMAGE = re.compile(
    rf"{re.escape(REGISTRY)}/(?P<name>[a-z0-9][a-z0-9-]*/[a-z0-9._-]+)"
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
_CONTENTS = re.compile(r"^(?P<before> +)contents: read.*\n", re.M)
_WHY = "# Only a step that logs in can start a private image. Variables are passed by name: no value is in a command."
_SCRIPT = r"""- name: salesbot
  shell: bash
  run: |
    export DOCKER_CONFIG="$RUNNER_TEMP/docker"
    printf %s "$PULL_TOKEN" | docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin > /dev/null
    mapfile -t names < <(compgen -e | grep -E '^(GITHUB|INPUT)_')
    docker run --rm "${names[@]/#/--env=}" --volume "$RUNNER_TEMP:$RUNNER_TEMP" \
      --volume "$GITHUB_WORKSPACE:$GITHUB_WORKSPACE" --workdir "$GITHUB_WORKSPACE" \
      @COMMAND@
  env:
    IMAGE: @IMAGE@
    PULL_TOKEN: ${{ github.token }}
"""


@dataclass(frozen=True)
class Image:
    """A published image by its full name: owner and name on the registry, and a tag or a digest."""

    text: str
    name: str
    """That of the repository, in lowercase: `acme/salesbot`."""
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
    """Read the name of an image on `ghcr.io`; None if it is none, or leaves the version open."""
    found = _IMAGE.fullmatch(text)
    if found is None or not (found["tag"] or found["digest"]):
        return None
    return Image(text, found["name"], found["tag"] or "", found["digest"] or "")


def with_image(text: str, image: Image) -> str:
    """Let a workflow, as it comes with salesbot, start an image. Other files stay as they are."""
    if _STEP.search(text) is None:
        return text
    text = _STEP.sub(lambda found: _step(found, image), text)
    return _CONTENTS.sub(lambda read: f"{read[0]}{read['before']}packages: read # to pull the image\n", text)


def _step(found: re.Match[str], image: Image) -> str:
    arguments = _ARGUMENTS.search(found["inputs"])
    command = f'--entrypoint {PROGRAM} "$IMAGE" {arguments[1]}' if arguments else '"$IMAGE"'
    script = _SCRIPT.replace("@COMMAND@", command).replace("@IMAGE@", image.text)
    step = "".join(f"{found['before']}{line}\n" for line in [_WHY, *script.splitlines()])
    if arguments:
        return step
    token = f"{found['key']}  {INPUT}TOKEN: ${{{{ github.token }}}}\n"
    return f"{step}{token}{_KEY.sub(_variable, found['inputs'])}"


def _variable(found: re.Match[str]) -> str:
    """Give an input as the runner hands it to a container: a shell hands on no name with a hyphen."""
    return f"{found['before']}{INPUT}{found['name'].upper().replace('-', '_')}: "
