"""The snapshot cache: a report from it equals one from scratch, whatever happened to the deals, and to the file."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from github_sandbox import Repo, Sandbox
from salesbot.adapters.github import cache_file, snapshot
from salesbot.tasks import report
from tests.core.report.stories import CONFIG as STORIES_CONFIG
from tests.core.report.stories import OPEN, issue, repository
from tests.e2e.play import CONFIG, Play
from tests.tasks.test_report import REPORT, by_hand, reports, scheduled, the_report

Made = Callable[..., dict[str, Any]]


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "snapshot.sqlite"


@pytest.fixture
def made(play: Play, github: Sandbox, tmp_path: Path) -> Made:
    """Make the report as JSON, with a cache or without."""
    play.sales.push("kim", CONFIG, STORIES_CONFIG)
    play.sales.collaborators_readable(True)

    def make(cache: Path | None = None, more: Sequence[str] = ()) -> dict[str, Any]:
        file = tmp_path / "report.json"
        file.unlink(missing_ok=True)
        # One identity for all runs, as GITHUB_TOKEN's: a cache belongs to it.
        env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
        kept = ["--cache", str(cache)] if cache else []
        assert play.main(["report", "--repo", "acme/sales", "--json", str(file), *kept, *more], env=env) == 0
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return {key: value for key, value in found.items() if key != "as_of"}

    return make


def seeded(play: Play, random: Random, count: int) -> None:
    stories = repository(random, count)
    play.sales.seed([issue(story, random, play.sales.row["id"]) for story in stories])
    known = set(play.sales.labels())
    for stage in (*OPEN, "won", "lost"):
        if f"stage:{stage}" not in known:
            play.sales.create_label("kim", f"stage:{stage}")


def something_happens(play: Play, random: Random) -> None:
    """One act of a person on a deal or on the list of labels."""
    sales = play.sales
    number = random.choice([found.number for found in sales.issues()])
    changes: list[Callable[[], object]] = [
        lambda: sales.label("kim", number, f"stage:{random.choice(OPEN)}"),
        lambda: sales.unlabel("kim", number, random.choice(sales.issue(number).labels or ("stage:lead",))),
        lambda: sales.edit_issue("kim", number, title=f"Renamed {random.random()}"),
        lambda: sales.edit_issue("kim", number, body=f"### Value\n\n{random.randint(1, 99)} EUR"),
        lambda: sales.comment(random.choice(["nora", "eve"]), number, "We talked."),
        lambda: sales.close("kim", number),
        lambda: sales.reopen("kim", number),
        lambda: sales.assign("kim", number, random.choice(["ann", "nora"])),
        lambda: sales.delete_issue("kim", number),
        lambda: sales.transfer("kim", number, "acme/other"),
        lambda: sales.open_issue("ann", "New one", labels=["stage:lead"]),
        lambda: _rename_and_back(sales, random),
        lambda: sales.delete_label("kim", "not-a-deal") if "not-a-deal" in sales.labels() else None,
    ]
    random.choice(changes)()
    play.drop()


def _rename_and_back(sales: Repo, random: Random) -> None:
    names = [name for name in sales.labels() if name.startswith("stage:")]
    name = random.choice(names)
    sales.rename_label("kim", name, name.removesuffix(" once") if name.endswith(" once") else f"{name} once")


@pytest.mark.parametrize("seed", range(3))
def test_the_cached_report_equals_the_full_one_whatever_happens(
    play: Play, github: Sandbox, made: Made, cache: Path, seed: int
) -> None:
    random = Random(seed)
    github.repo("acme/other", roles={"kim": "admin"})
    seeded(play, random, 70)
    for _ in range(4):
        assert made(cache) == made()
        for _ in range(random.randint(1, 8)):
            something_happens(play, random)
            github.advance(random.choice([1, 60, 3600, 86_400]))


def test_a_report_with_a_full_cache_reads_only_what_changed(
    play: Play, github: Sandbox, made: Made, cache: Path
) -> None:
    seeded(play, Random(1), 400)
    made(cache)
    github.advance(2 * 86_400)
    play.sales.edit_issue("kim", 3, title="Renamed")
    play.drop()
    before = len(github.requests)
    made(cache)
    assert len(github.requests) - before <= 5


def test_a_change_that_github_lists_late_is_found_all_the_same(
    play: Play, github: Sandbox, made: Made, cache: Path
) -> None:
    seeded(play, Random(1), 60)
    github.advance(86_400)
    made(cache)
    row = github.hub.db.one("SELECT id FROM issues WHERE number = 5")
    assert row is not None
    late = f"{github.clock.now() - timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
    github.hub.db.update("issues", row["id"], body="### Value\n\n77 EUR", updated_at=late)
    github.advance(3600)
    assert made(cache) == made()


SPOILT = [
    pytest.param(lambda path: path.unlink(), id="it is gone"),
    pytest.param(lambda path: path.write_bytes(b"no database at all, and long enough" * 99), id="junk"),
    pytest.param(lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), id="cut in half"),
    pytest.param(lambda path: path.write_bytes(b""), id="empty"),
]


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_cache_that_is_lost_or_spoilt_is_filled_again(
    play: Play, made: Made, cache: Path, spoil: Callable[[Path], object]
) -> None:
    seeded(play, Random(2), 60)
    made(cache)
    spoil(cache)
    assert made(cache) == made()


def _packed(node: Any) -> bytes:
    return zlib.compress(json.dumps(node).encode())


def _rewritten(file: sqlite3.Connection, change: Callable[[dict[str, Any]], object]) -> bytes:
    node = json.loads(zlib.decompress(file.execute("SELECT node FROM issues WHERE number = 5").fetchone()[0]))
    change(node)
    return _packed(node)


BOMB = zlib.compress(b'"' + b"x" * 4 * snapshot.LARGEST + b'"', 9)
ROWS = [
    pytest.param(lambda file: b"not packed", id="not packed"),
    pytest.param(lambda file: b"", id="nothing"),
    pytest.param(lambda file: "a text", id="a text"),
    pytest.param(lambda file: 7, id="a number"),
    pytest.param(lambda file: zlib.compress(b"{}")[:-5], id="cut off"),
    pytest.param(lambda file: zlib.compress(b"\xff\xfe"), id="no text"),
    pytest.param(lambda file: zlib.compress(b"{"), id="no JSON"),
    pytest.param(lambda file: zlib.compress(b"[" * 200_000), id="JSON without end"),
    pytest.param(lambda file: _packed({}), id="an issue without anything"),
    pytest.param(lambda file: _packed([]), id="a list"),
    pytest.param(lambda file: _rewritten(file, lambda node: node.update(id="I_other")), id="another issue"),
    pytest.param(lambda file: _rewritten(file, lambda node: node.update(number=99)), id="another number"),
    pytest.param(lambda file: _rewritten(file, lambda node: node.pop("title")), id="without its title"),
    pytest.param(lambda file: _rewritten(file, lambda node: node.update(createdAt="soon")), id="a time that is none"),
    pytest.param(lambda file: _rewritten(file, lambda node: node.update(labels=7)), id="labels that are none"),
    pytest.param(
        lambda file: _rewritten(file, lambda node: node.update(timelineItems={"nodes": [{"a": 1}]})), id="odd events"
    ),
]


@pytest.mark.parametrize("row", ROWS)
def test_a_row_that_is_not_ours_has_the_cache_filled_anew(
    play: Play, made: Made, cache: Path, row: Callable[[sqlite3.Connection], Any]
) -> None:
    seeded(play, Random(2), 20)
    full = made(cache)
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute("UPDATE issues SET node = ? WHERE number = 5", (row(file),))
    assert made(cache) == full
    with closing(sqlite3.connect(cache)) as file:
        assert json.loads(zlib.decompress(file.execute("SELECT node FROM issues WHERE number = 5").fetchone()[0]))


def test_a_row_that_unpacks_to_more_than_any_issue_is_not_unpacked(play: Play, made: Made, cache: Path) -> None:
    seeded(play, Random(2), 20)
    full = made(cache)
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute("UPDATE issues SET node = ? WHERE number = 5", (BOMB,))
    tracemalloc.start()
    try:
        assert made(cache) == full
        assert tracemalloc.get_traced_memory()[1] < 100_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param("UPDATE meta SET value = 'soon' WHERE name = 'since'", id="a time that is none"),
        pytest.param("UPDATE meta SET value = '2026-11-01' WHERE name = 'since'", id="a time without a zone"),
        pytest.param("DELETE FROM issues WHERE number < 9", id="issues are missing"),
        pytest.param("UPDATE issues SET id = 'I_none' WHERE number = 5", id="the id of none"),
        pytest.param("DROP TABLE seen; CREATE VIEW seen AS SELECT 1 AS id", id="a view for a table"),
        pytest.param(
            "CREATE TRIGGER evil AFTER INSERT ON meta BEGIN DELETE FROM issues; END",
            id="a trigger that acts on writing",
        ),
        pytest.param(
            "ALTER TABLE issues RENAME TO kept; CREATE VIEW issues AS WITH RECURSIVE n(i) AS "
            "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'I' AS id, i AS number, x'00' AS node FROM n",
            id="a view without end",
        ),
    ],
)
def test_a_cache_whose_tables_are_not_ours_is_begun_anew(play: Play, made: Made, cache: Path, spoil: str) -> None:
    seeded(play, Random(2), 20)
    full = made(cache)
    with closing(sqlite3.connect(cache)) as file:
        file.executescript(spoil)
    assert made(cache) == full


def test_a_place_to_go_on_from_that_github_never_gave_is_forgotten(play: Play, made: Made, cache: Path) -> None:
    seeded(play, Random(2), 20)
    full = made(cache)
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute("DELETE FROM meta WHERE name IN ('since', 'done OPEN', 'done CLOSED')")
        file.executemany("INSERT OR REPLACE INTO meta VALUES (?, 'x')", [("after OPEN",), ("after CLOSED",)])
    assert made(cache) == full


def test_a_cache_of_another_repository_is_not_believed(play: Play, github: Sandbox, made: Made, cache: Path) -> None:
    seeded(play, Random(2), 60)
    other = github.repo("acme/second", roles={"kim": "admin"})
    other.seed([{"title": "Theirs", "labels": ["stage:lead"]}])
    env = {"GITHUB_TOKEN": other.actions_token(), "GITHUB_API_URL": github.api_url}
    assert (
        play.main(["report", "--repo", "acme/second", "--csv", str(cache.parent), "--cache", str(cache)], env=env) == 0
    )
    assert made(cache) == made()


def test_a_file_that_is_no_cache_is_set_aside_and_not_lost(play: Play, made: Made, cache: Path) -> None:
    seeded(play, Random(2), 20)
    cache.parent.mkdir()
    cache.write_text("somebody's own")
    assert made(cache) == made()
    assert cache.with_name("snapshot.sqlite.old").read_text() == "somebody's own"


def test_a_cache_that_another_run_writes_is_waited_for_and_never_begun_anew(
    play: Play,
    github: Sandbox,
    made: Made,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    seeded(play, Random(2), 20)
    made(cache)
    monkeypatch.setattr(cache_file, "PATIENCE", 0.1)
    env = {"GITHUB_TOKEN": play.sales.actions_token(), "GITHUB_API_URL": github.api_url}
    with closing(sqlite3.connect(cache)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert play.main(["report", "--repo", "acme/sales", "--cache", str(cache)], env=env) == 2
    assert "cannot be used: database is locked" in capsys.readouterr().err
    assert [path.name for path in cache.parent.iterdir()] == ["snapshot.sqlite"]
    assert made(cache) == made()


# The numbers of deals


def kept(cache: Path) -> dict[int, str]:
    with closing(sqlite3.connect(cache)) as file:
        return dict(file.execute("SELECT number, kept FROM issues JOIN numbers USING (id)"))


def changed(before: dict[int, str], after: dict[int, str]) -> set[int]:
    return {id_ for id_ in before.keys() | after.keys() if before.get(id_) != after.get(id_)}


def test_a_deal_is_counted_again_only_when_it_changes(play: Play, github: Sandbox, made: Made, cache: Path) -> None:
    seeded(play, Random(5), 80)
    made(cache)
    first = kept(cache)
    assert len(first) > 70
    github.advance(86_400)
    renamed = {
        next(found.number for found in play.sales.issues() if stage in found.labels and found.number in first)
        for stage in ("stage:lost", "stage:qualified")
    }
    for number in renamed:
        play.sales.edit_issue("kim", number, title="Renamed")
    play.drop()
    assert made(cache) == made()
    assert changed(first, kept(cache)) == renamed


def test_open_deals_are_counted_again_when_exchange_rates_change_with_the_day(
    play: Play, github: Sandbox, made: Made, cache: Path
) -> None:
    seeded(play, Random(9), 60)
    play.sales.push("kim", CONFIG, STORIES_CONFIG.replace("2026-10-01: 0.9", "2026-10-01: 0.9, 2026-12-01: 0.5"))
    full = made(cache)
    before = kept(cache)
    github.advance(5 * 86_400)
    assert made(cache) == made()
    assert not changed(before, kept(cache))
    github.advance(5 * 86_400)
    assert made(cache) == made() != full
    assert changed(before, kept(cache))


CHANGES = [
    pytest.param(
        lambda play: play.sales.push("kim", CONFIG, STORIES_CONFIG.replace("0.92", "0.5").replace("[service]", "[]")),
        id="the configuration",
    ),
    pytest.param(lambda play: play.sales.rename_label("kim", "stage:lost", "no stage"), id="the name of a label"),
    pytest.param(lambda play: play.sales.set_role("nora", "read"), id="somebody's role"),
    pytest.param(lambda play: play.sales.set_role("visitor", "admin"), id="the role of an outsider"),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("team_is_readable", [True, False])
def test_what_numbers_depend_on_beside_the_deal_has_them_counted_again(
    play: Play, github: Sandbox, made: Made, cache: Path, change: Callable[[Play], object], team_is_readable: bool
) -> None:
    play.sales.collaborators_readable(team_is_readable)
    seeded(play, Random(6), 120)
    full = made(cache)
    before = kept(cache)
    change(play)
    play.drop()
    github.advance(1)
    assert made(cache) == made() != full
    assert changed(before, kept(cache))


def test_another_version_of_salesbot_counts_all_deals_again(
    play: Play, github: Sandbox, made: Made, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded(play, Random(7), 60)
    made(cache)
    before = kept(cache)
    with closing(sqlite3.connect(cache)) as file, file:  # as a version would have left them that computes otherwise
        file.execute("UPDATE numbers SET kept = replace(kept, 'service', 'servant')")
    github.advance(1)
    monkeypatch.setattr(report, "program_digest", lambda: b"another")
    assert made(cache) == made()
    assert changed(before, kept(cache)) == before.keys()


@pytest.mark.parametrize("seed", range(2))
def test_kept_numbers_are_those_of_any_later_moment_and_of_no_earlier_one(
    play: Play, github: Sandbox, made: Made, cache: Path, seed: int
) -> None:
    seeded(play, Random(seed), 120)
    for days in (0, 45, 100, 190, 400):
        github.advance(days * 86_400)
        assert made(cache) == made()
        past = ["--week", "2026-W40"]
        assert made(cache, past) == made(None, past)


DAMAGED = [
    pytest.param("kept = '{'", id="no JSON"),
    pytest.param("kept = '{}'", id="nothing in it"),
    pytest.param("kept = ''", id="nothing"),
    pytest.param(
        'kept = replace(kept, \'"stage_intervals":[[\', \'"stage_intervals":[],"x":[[\')', id="never in a stage"
    ),
    pytest.param("kept = replace(kept, 'T', 'T99')", id="times of no clock"),
    pytest.param("kept = replace(kept, '\"2026-', '\"9999-')", id="times beyond all times"),
    pytest.param("kept = replace(kept, 'Z\"', '\"')", id="times without a zone"),
    pytest.param("kept = replace(kept, '\"probability\":', '\"probability\":99')", id="more than certain"),
    pytest.param("kept = replace(kept, '\"response_hours\":null', '\"response_hours\":1e999')", id="hours without end"),
    pytest.param("kept = 7", id="a number"),
    pytest.param("kept = x'ff'", id="bytes"),
    pytest.param('kept = replace(kept, \'"stage":"lost"\', \'"stage":"none"\')', id="a stage that is none"),
    pytest.param(
        """kept = replace(kept, '","given":["EUR","', 'e99999","given":["EUR","')""", id="an amount without end"
    ),
    pytest.param("kept = (SELECT max(kept) FROM numbers)", id="another deal's"),
    pytest.param("key = 'a text'", id="a key that is none"),
    pytest.param("id = id || 'x'", id="the id of none"),
]


@pytest.mark.parametrize("damage", DAMAGED)
def test_kept_numbers_that_we_did_not_write_are_computed_again(
    play: Play, made: Made, cache: Path, damage: str
) -> None:
    seeded(play, Random(8), 60)
    full = made(cache)
    with closing(sqlite3.connect(cache)) as file, file:
        file.execute(f"UPDATE numbers SET {damage}")
    assert made(cache) == full


# The first filling


def test_the_first_filling_says_what_it_costs_stops_at_its_budget_and_goes_on(
    play: Play, github: Sandbox, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "BUDGET", 6)
    monkeypatch.chdir(cache.parents[1])
    inputs = {**REPORT, "cache": "kept/snapshot.sqlite"}
    seeded(play, Random(3), 400)
    run = by_hand(play, inputs)
    assert "Reading 400 issues for the first time: about 8 requests" in run.stdout
    assert "this run's budget of 6 points is spent" in run.stdout
    assert (run.exit_code, reports(play)) == (0, [])
    for _ in range(5):
        github.advance(3600)
        run = by_hand(play, inputs)
    assert the_report(play).title == "Pipeline report 2026-W48"


@pytest.mark.parametrize(("request_", "read"), [(3, 0), (7, 90)])
def test_a_filling_that_is_killed_goes_on_where_it_was(
    play: Play, made: Made, cache: Path, monkeypatch: pytest.MonkeyPatch, request_: int, read: int
) -> None:
    monkeypatch.chdir(cache.parents[1])
    seeded(play, Random(4), 150)
    play.kill(request_)
    assert scheduled(play, {**REPORT, "cache": "kept/snapshot.sqlite"}).killed
    assert (_issues(cache) if cache.exists() else 0) == read
    assert made(cache) == made()


def _issues(cache: Path) -> int:
    with closing(sqlite3.connect(cache)) as file:
        found: int = file.execute("SELECT count(*) FROM issues").fetchone()[0]
        return found
