"""The pipeline as a picture that GitHub draws."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core import config
from salesbot.core.installation.diagram import mermaid
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Pipeline, Stage


def test_the_default_pipeline() -> None:
    assert (
        mermaid(default_pipeline())
        == """\
flowchart LR
  subgraph open ["open deals"]
    s1("prospect")
    s2("lead")
    s3("qualified<br>needs checklist:qualification")
    s4("negotiating<br>needs checklist:estimate<br>needs value")
  end
  s5(["won<br>needs value"])
  s6(["lost<br>needs reason"])
  s7(["rejected<br>needs reason"])
  s8{{"revisit<br>needs date"}}
  start(( )) --> s2
  open --> s6
  open --> s7
  open <--> s8
  s1 <--> s2
  s1 --> s3
  s2 <--> s3
  s2 <--> s4
  s3 <--> s4
  s3 --> s5
  s4 --> s5
  s8 --> s6
  s8 --> s7
"""
    )


def arrows(pipeline: Pipeline) -> set[tuple[str, str]]:
    """Read the picture back: which stage leads to which, boxes and double arrows taken apart."""
    text = mermaid(pipeline)
    names = dict(re.findall(r'^ +(s\d+)\W+"([^"<]+)', text, re.MULTILINE))
    box = {stage.name for stage in pipeline.open_stages}
    found = set()
    for here, arrow, there in re.findall(r"^  (s\d+|open) (<?-->) (s\d+|open)$", text, re.MULTILINE):
        for source in box if here == "open" else {names[here]}:
            for target in box if there == "open" else {names[there]}:
                found |= {(source, target)} | ({(target, source)} if arrow == "<-->" else set())
    return found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="the default pipeline"),
        pytest.param(
            "stages: {end: {after: lead}, a-b: {after: end}, x y: {}}", id="names that Mermaid takes for syntax"
        ),
        pytest.param("stages: {qualified: {next: [won, lost]}}", id="a stage that does not lead where all others do"),
        pytest.param("stages: {revisit: {next: [lead]}}", id="revisit comes back to one stage only"),
        pytest.param("stages: {revisit: null, rejected: null}", id="fewer stages"),
    ],
)
def test_the_picture_shows_every_way_and_no_other(text: str) -> None:
    pipeline = config.parse(text, "f", templates=(), zones=SystemTimeZones())
    assert arrows(pipeline) == {(stage.name, there) for stage in pipeline.stages for there in stage.next}


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        pytest.param("end", 's1("end")', id="a keyword"),
        pytest.param("proposal sent", 's1("proposal sent")', id="a space"),
        pytest.param('a"b', 's1("a#34;b")', id="a quote"),
        pytest.param("a<b>", 's1("a#60;b#62;")', id="HTML"),
        pytest.param("größe", 's1("größe")', id="an umlaut"),
    ],
)
def test_names_are_text(name: str, drawn: str) -> None:
    assert drawn in mermaid(Pipeline(stages=(Stage(name, "x"),), initial=name))


def test_a_guard_is_text_too() -> None:
    stage = replace(default_pipeline().stages[0], requires=('checklist:a"]',))
    assert "needs checklist:a#34;#93;" in mermaid(replace(default_pipeline(), stages=(stage,)))
