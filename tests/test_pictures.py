"""What was measured is drawn: every number and name is in the picture, which any reader of XML can read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import charts, pictures
from benchmarks.charts import Chart, Numbers

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
PAGE = (FOLDER.parent / "performance.md").read_text(encoding="utf-8")
NUMBERS = [charts.read(file) for file in sorted(FOLDER.glob("performance-*.json"))]
LINES = Chart("run", "A move", "deals", "ms", {"one": [(10, 1.5), (1000, 2), (100_000, 30)], "two": [(10, 7)]})
BARS = Chart(
    "start", "A start", "", "ms", {"one": [("importing", 12.5), ("the rest", -0.1)], "two": [("importing", 3)]}
)
HOSTILE = "</text><script>alert('1')</script> & \"\x00\x1b\ud800"


def texts(svg: str) -> list[str]:
    """What a person reads, without the title and the description for who cannot see."""
    return [each.text or "" for each in ElementTree.fromstring(svg).iter() if each.tag.endswith("}text")]


def of_class(svg: str, name: str) -> list[ElementTree.Element]:
    return [each for each in ElementTree.fromstring(svg).iter() if name in each.get("class", "").split()]


@pytest.mark.parametrize("chart", [LINES, BARS], ids=["lines", "bars"])
def test_every_name_unit_and_series_is_in_a_picture(chart: Chart) -> None:
    svg = pictures.draw(chart)
    names = {str(place) for points in chart.series.values() for place, _ in points if isinstance(place, str)}
    assert {chart.title, chart.x, chart.y, *chart.series, *names} - {""} <= set(texts(svg))


def test_every_point_is_drawn_and_told() -> None:
    svg = pictures.draw(LINES)
    assert [len(of_class(svg, f"s{place}")) for place in (0, 1)] == [2 + 3, 2 + 1], "in the legend, a line, its points"
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    told = {each.get("id"): each.text or "" for each in root}
    assert [told[id_].split("\n") for id_ in (root.get("aria-labelledby") or "").split()] == [
        ["A move"],
        ["one (ms): 10: 1.5, 1,000: 2, 100,000: 30.", "two (ms): 10: 7."],
    ]


def test_a_wide_range_is_drawn_on_a_logarithmic_axis() -> None:
    svg = pictures.draw(LINES)
    assert {"10", "100", "1,000", "10,000", "100,000"} <= set(texts(svg))
    xs = [float(each.get("cx", "")) for each in of_class(svg, "s0") if each.get("cx")]
    assert xs[1] - xs[0] == pytest.approx(xs[2] - xs[1], abs=0.2)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        pytest.param([2, 49], ["0", "10", "20", "30", "40", "50"], id="tens"),
        pytest.param([0.3], ["0", "0.05", "0.1", "0.15", "0.2", "0.25", "0.3"], id="parts of one"),
        pytest.param([1234], ["0", "500", "1,000", "1,500"], id="thousands"),
        pytest.param([0], ["0", "0.2", "0.4", "0.6", "0.8", "1"], id="nothing"),
    ],
)
def test_ticks_are_round(values: list[float], ticks: list[str]) -> None:
    svg = pictures.draw(Chart("a", "", "", "", {"": [(place, value) for place, value in enumerate(values, 1)]}))
    found = [each.text for each in ElementTree.fromstring(svg).iter() if each.get("x") == str(pictures.LEFT - 8)]
    assert found == ticks


@pytest.mark.parametrize("series", [{}, {"one": []}, {"one": [(5, 1)]}, {"one": [("a", 0)]}, {"one": [(0, 0), (1, 0)]}])
def test_little_or_nothing_is_drawn_as_well(series: dict[str, list[charts.Point]]) -> None:
    svg = pictures.draw(Chart("few", "Few", "x", "y", series))
    assert "Few" in texts(svg)
    assert "nan" not in svg


@pytest.mark.parametrize("place", [1, HOSTILE], ids=["lines", "bars"])
def test_a_hostile_name_stays_text(place: float | str) -> None:
    points = [(place, 1.0)]
    svg = pictures.draw(Chart("odd", HOSTILE, HOSTILE, HOSTILE, {HOSTILE: points, "two": points}))
    assert not [each.tag for each in ElementTree.fromstring(svg).iter() if each.tag.endswith("script")]
    assert texts(svg).count("</text><script>alert('1')</script> & \"") >= 3


def test_text_can_be_read() -> None:
    assert min(map(int, re.findall(r"(\d+)px", pictures.STYLE))) >= 11


@pytest.mark.parametrize("name", ["../x", "", "A"])
def test_a_name_that_is_none_of_a_file_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a file"):
        list(pictures.pictures([Numbers("abc", "Python", [Chart(name, "", "", "", {})])]))


def test_numbers_are_read_as_they_were_written(tmp_path: Path) -> None:
    numbers = Numbers("abc", "Python 3.11.7", [LINES, BARS])
    charts.write(tmp_path / "n.json", numbers)
    assert charts.read(tmp_path / "n.json") == numbers
    pictures.main([str(tmp_path / "n.json"), "--to", str(tmp_path)])
    assert (tmp_path / "performance-run.svg").read_text(encoding="utf-8") == pictures.draw(LINES)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"commit": "a", "program": "b", "charts": [{"name": "a"}]}',
                                  '{"commit": "a", "program": "b", "charts": [{"series": {"a": [1]}}]}'])  # fmt: skip
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd").write_text(text)
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        charts.read(tmp_path / "odd")


def test_the_pictures_of_the_docs_are_drawn_from_the_numbers_beside_them() -> None:
    drawn = dict(pictures.pictures(NUMBERS))
    assert drawn == {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("performance-*.svg")}


def test_the_page_shows_every_picture_and_says_what_one_sees() -> None:
    shown = dict(re.findall(r"!\[(.+)\]\(pictures/(performance-[a-z-]+\.svg)\)", PAGE))
    assert set(shown.values()) == {name for name, _ in pictures.pictures(NUMBERS)}
    assert all(len(words.split()) >= 8 for words in shown)


def test_the_numbers_of_the_docs_are_small() -> None:
    assert all(len(json.dumps(json.loads(file.read_text()))) < 10_000 for file in FOLDER.glob("performance-*.json"))
