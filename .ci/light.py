"""Makes light/action.yml, the Action without a container, from action.yml: one source for inputs and outputs.

python .ci/light.py            exit 1 if light/action.yml is out of date
python .ci/light.py --write    bring it up to date
"""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[1]
PLACE = TOP / "light" / "action.yml"
CACHE = re.compile(r"actions/cache@\S+ # \S+")
HEAD = """\
# salesbot without a container: the locked wheels on the runner's own Python, a few seconds from the second run on.
# Made from action.yml by .ci/light.py; change it there.
"""
RUNS = """\
runs:
  using: composite
  steps:
    - id: key
      shell: bash
      run: |
        key=$("$GITHUB_ACTION_PATH/salesbot" key) || { printf '%s\\n' "$key"; exit 1; }
        printf 'key=salesbot-%s\\n' "$key" >> "$GITHUB_OUTPUT"
    - id: cache
      uses: <cache>
      with:
        path: ~/.cache/salesbot
        key: ${{ steps.key.outputs.key }}
    - if: steps.cache.outputs.cache-hit != 'true'
      shell: bash
      run: '"$GITHUB_ACTION_PATH/salesbot" install'
    - id: salesbot
      shell: bash
      run: '"$GITHUB_ACTION_PATH/salesbot" run'
      env:
<env>
"""


def made() -> str:
    """Write light/action.yml."""
    source = (TOP / "action.yml").read_text(encoding="utf-8")
    about, _, rest = source.partition("inputs:\n")
    inputs, _, rest = rest.partition("outputs:\n")
    outputs, _, _ = rest.partition("runs:\n")
    names = re.findall(r"^  ([\w-]+):$", inputs, re.M)
    env = "\n".join(f"        INPUT_{name.upper().replace('-', '_')}: ${{{{ inputs.{name} }}}}" for name in names)
    report = (TOP / "templates/github/workflows/report.yml").read_text(encoding="utf-8")
    cache = CACHE.search(report)
    assert cache is not None, "templates/github/workflows/report.yml pins actions/cache"
    body = f"{about.replace('name: salesbot', 'name: salesbot light', 1)}inputs:\n{inputs}outputs:\n{_valued(outputs)}"
    return f"{HEAD}{body}{RUNS}".replace("<cache>", cache[0]).replace("<env>", env)


def _valued(outputs: str) -> str:
    """Say where each output comes from; an Action in a container sets them without being told."""
    return re.sub(r"^  ([\w-]+):$", r"  \1:\n    value: ${{ steps.salesbot.outputs.\1 }}", outputs, flags=re.M)


if __name__ == "__main__":
    PLACE.write_text(made(), encoding="utf-8")
