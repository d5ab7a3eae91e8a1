"""Puts a board of made-up opportunities into the Redis and the database of the environment, for `serving`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from app import create_app
from benchmarks.odds.made_up import payload
from jobs.odds import board, wire
from jobs.odds.analyse import analyse
from jobs.odds.board import Refreshed
from jobs.odds.model import Policy
from longshore import migrations


def main(listed: int, page: str) -> None:
    """Publish so many opportunities, and print how many bytes a page of them has."""
    migrations.upgrade()
    at = datetime.now(UTC)
    events = wire.parse(payload(100, 65, at + timedelta(hours=1))).events
    found = analyse(events, Policy(most_opportunities=listed, min_ev_percent=-100.0), at)
    board.publish(Refreshed(found, events, sorted(found.counts), "sandbox"))
    answer = create_app().test_client().get(page)
    print(len(found.opportunities), len(answer.data))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
