"""`python -m benchmarks.odds.record`: what the record costs: noting refreshes, settling, and the report.

Refreshes of 100 events, 65 books and 3 markets, of which the best 2,000 opportunities are listed, go
through the engine and are noted: for the first time, again with the same prices, and with all prices moved.
Then bets are made up, and reported on. The database has to be empty; SQLite in a temporary folder unless
one is named.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.odds.made_up import payload
from benchmarks.worker.report import say, spread, table

AT = datetime(2026, 4, 16, 19, 0, tzinfo=UTC)
EVENTS, BOOKS = 100, 65
Took = dict[str, list[tuple[float, float]]]
"""Milliseconds by what was done: on the clock, and of this process's own work."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    options = _parse(arguments)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = options.database or f"sqlite:///{Path(folder) / 'record.db'}"
        from benchmarks.odds import past
        from longshore import migrations, storage

        migrations.upgrade()
        if past.is_there():
            raise SystemExit("This database has a record already: name an empty one.")
        took: Took = {}
        for number in range(options.rounds):
            say(f"refreshes, round {number + 1}…")
            _refreshes(took, number, options.listed)
        say(f"{options.bets:,} bets…")
        past.fill(options.bets)
        _reports(took, options.rounds)
        print(f"{_head(options)}\n\n{_table(took)}\n\n{_foot()}")
        storage.engine().dispose()


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds.record", description=__doc__)
    parser.add_argument("--database", default="", help="URL of an empty database")
    parser.add_argument("--listed", type=int, default=2_000, help="most opportunities of a refresh (2000)")
    parser.add_argument("--bets", type=int, default=100_000, help="bets that are reported on (100000)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each (5)")
    return parser.parse_args(arguments)


def _refreshes(took: Took, number: int, listed: int) -> None:
    """Note three refreshes of events that nobody has seen before, and settle them."""
    from jobs.odds import closing, record, results, wire
    from jobs.odds.analyse import analyse
    from jobs.odds.model import Policy

    begun, policy = AT + timedelta(days=10 * number), Policy(min_ev_percent=-100.0, most_opportunities=listed)
    answers = [_answer(number, begun), _answer(number, begun), _moved(_answer(number, begun), number)]
    for minutes, (what, answer) in enumerate(
        zip(("first", "same prices", "all moved"), answers, strict=True)
    ):
        events = wire.parse(answer).events
        found = analyse(events, policy, begun + timedelta(minutes=minutes))
        list(found.lines.values())  # made when asked for, and asked for by the board anyway
        noted = _timed(took, f"note: {what}", lambda found=found: record.note(found, "live"))
        say(f"  {what}: {noted}")
    over = begun + timedelta(days=6)
    _timed(took, "settle closing lines", lambda: closing.settle(over))
    scores = {event.id: (2.0, 1.0) for event in events}
    _timed(took, "settle results", lambda: results.settle(scores, over, source="live"))


def _answer(number: int, at: datetime) -> list[dict[str, Any]]:
    """What the upstream sends, with ids of this round's own."""
    return [event | {"id": f"{number:x}{event['id'][1:]}"} for event in payload(EVENTS, BOOKS, at)]


def _moved(answer: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """The same with every price up or down by up to 2 %."""
    rng = random.Random(seed)
    for event in answer:
        for book in event["bookmakers"]:
            for market in book["markets"]:
                for outcome in market["outcomes"]:
                    outcome["price"] = round(max(1.02, outcome["price"] * rng.uniform(0.98, 1.02)), 2)
    return answer


def _reports(took: Took, rounds: int) -> None:
    from jobs.odds import analytics

    for _ in range(rounds):
        _timed(took, "report on all", lambda: analytics.report(AT, source="sandbox"))
        _timed(took, "report on a book", lambda: analytics.report(AT, source="sandbox", book="book_01"))


def _timed(took: Took, what: str, work: Callable[[], Any]) -> Any:
    begun, worked = time.perf_counter(), time.process_time()
    done = work()
    each = 1_000 * (time.perf_counter() - begun), 1_000 * (time.process_time() - worked)
    took.setdefault(what, []).append(each)
    return done


def _head(options: argparse.Namespace) -> str:
    where = "PostgreSQL" if options.database.startswith("postgres") else "SQLite"
    return (
        f"{EVENTS} events, {BOOKS} books, {options.listed:,} listed; {options.bets:,} bets reported on; "
        f"{where}, Python {platform.python_version()}, {os.cpu_count()} cores, {options.rounds} rounds."
    )


def _table(took: Took) -> str:
    rows = []
    for what, each in took.items():
        clock, own = ([one[place] for one in each] for place in (0, 1))
        rows.append([what, f"{median(clock):.0f}", spread(clock), f"{median(own):.0f}"])
    return table(("what", "median ms", "least to most", "of which CPU of the process"), rows)


def _foot() -> str:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"Peak memory {peak:.0f} MB; load average at the end {load}."


if __name__ == "__main__":
    main()
