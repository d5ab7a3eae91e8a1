"""Recorded answers of The Odds API, where they are on this machine: read whole, and no edge that is none.

The counts are those that docs/ states; `python -m benchmarks.odds.counts` prints them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.odds import wire
from jobs.odds.analyse import analyse
from jobs.odds.model import METHODS, Analysis, Policy

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data" / "odds"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the folder of recorded odds is not here")

# Sport: time of recording, events, in play, books, prices, EV > 0, EV > 2 %.
COUNTS = {
    "baseball_mlb": ("2026-04-16T1859Z", 19, 6, 64, 2_006, 39, 10),
    "basketball_nba": ("2026-04-16T1859Z", 8, 0, 67, 2_372, 39, 4),
    "soccer_efl_champ": ("2026-04-16T1900Z", 35, 0, 62, 4_813, 103, 16),
}
DROPPED = {
    "baseball_mlb": {"in_play": 1_266, "lay": 60},
    "basketball_nba": {"lay": 80},
    "soccer_efl_champ": {"lay": 213, "margin": 3},
}
every_sport = pytest.mark.parametrize("sport", COUNTS)


def _analysis(sport: str, policy: Policy | None = None) -> Analysis:
    stamp = COUNTS[sport][0]
    parsed = wire.parse(json.loads((DATA / f"{sport}_{stamp}.json").read_bytes()))
    assert parsed.faults == []
    now = datetime.strptime(stamp, "%Y-%m-%dT%H%MZ").replace(tzinfo=UTC)
    return analyse(parsed.events, policy or Policy(), now)


@every_sport
def test_edges_are_counted_as_the_docs_say(sport: str) -> None:
    count = _analysis(sport).counts[sport]
    found = (count.events, count.in_play, count.books, count.prices, count.positive, count.above_two)
    assert found == COUNTS[sport][1:]
    assert count.dropped == DROPPED[sport]
    assert count.listed == count.positive


@every_sport
def test_the_docs_state_these_counts(sport: str) -> None:
    _, events, playing, books, prices, positive, above = COUNTS[sport]
    row = f"| {sport} | {events} | {playing} | {books} | {prices:,} |"
    [line] = {line for line in _docs() if line.startswith(row)}
    assert f"| {positive} | {above} |" in line


def _docs() -> Iterator[str]:
    for name in ("odds.md", "odds-engine-notes.md"):
        if (path := ROOT / "docs" / name).is_file():
            yield from path.read_text(encoding="utf-8").splitlines()


@every_sport
def test_no_edge_is_absurd(sport: str) -> None:
    found = _analysis(sport)
    assert max(one.ev_percent for one in found.opportunities) < 10
    assert all(one.commence_time > found.at for one in found.opportunities)
    assert all(0 < one.profit_percent < 3 for one in found.arbitrages)
    assert all(
        0 < one.oldest_price_seconds < 1_800 for one in found.opportunities if one.oldest_price_seconds
    )


@every_sport
def test_no_book_is_judged_by_itself_or_by_its_own_prices_elsewhere(sport: str) -> None:
    found = _analysis(sport, Policy(min_ev_percent=-100.0))
    assert len(found.opportunities) > 1_000
    for one in found.opportunities:
        assert one.book not in one.reference.books
        assert one.reference.kind == "sharp" or one.reference.opinions >= 4
        assert one.reference.kind == "consensus" or one.book != "pinnacle"


@every_sport
def test_each_figure_follows_from_the_others(sport: str) -> None:
    for one in _analysis(sport).opportunities:
        assert one.ev_percent == pytest.approx(100 * (one.fair_probability * one.price - 1), abs=1e-6)
        assert one.ev_percent == one.ev_by_method[one.method]
        assert one.fair_price == pytest.approx(1 / one.fair_probability)
        assert one.best_price >= one.price
        assert one.is_best == (one.best_price == one.price)
        assert 0 < one.kelly_percent <= 2.0
        assert one.kelly_percent <= one.full_kelly_percent / 4 + 1e-9


@every_sport
def test_each_arbitrage_pays_the_same_whatever_happens(sport: str) -> None:
    for one in _analysis(sport).arbitrages:
        back = [leg.stake_share * leg.price for leg in one.legs]
        assert back == pytest.approx([1 + one.profit_percent / 100] * len(back))
        assert len({leg.book for leg in one.legs}) > 1


@every_sport
def test_the_fair_probabilities_of_a_line_sum_to_one_by_every_method(sport: str) -> None:
    for lines in _analysis(sport).lines.values():
        for key in {
            (line.market, line.ways, abs(line.point or 0)) for line in lines if line.market != "spreads"
        }:
            some = [line for line in lines if (line.market, line.ways, abs(line.point or 0)) == key]
            if some[0].fair_by_method:
                totals = [sum(line.fair_by_method[method] for line in some) for method in METHODS]
                assert totals == pytest.approx([1.0] * len(METHODS))


def test_a_literal_capture_of_one_book_has_lines_and_no_edge() -> None:
    path = DATA / "karuma46_soccer_epl_20240819_betway.json"
    parsed = wire.parse(json.loads(path.read_bytes()))
    found = analyse(parsed.events, Policy(), datetime(2024, 8, 19, 8, 27, tzinfo=UTC))
    assert (len(parsed.events), parsed.faults) == (11, [])
    assert (len(found.lines), found.opportunities) == (11, [])
    assert found.counts["soccer_epl"].prices == 33
