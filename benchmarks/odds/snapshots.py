"""Recorded answers of The Odds API, which are not part of the project: they are looked for beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from jobs.odds import wire
from jobs.odds.model import Event

FILES = Path(__file__).parents[3] / "shared" / "data" / "odds"


def snapshots(folder: Path) -> Iterator[tuple[str, datetime, list[Event]]]:
    """Sport, time of recording and events of each file whose name ends in that time."""
    for path in sorted(folder.glob("*_*Z.json")):
        sport, _, stamp = path.stem.rpartition("_")
        at = datetime.strptime(stamp, "%Y-%m-%dT%H%MZ").replace(tzinfo=UTC)
        yield sport, at, wire.parse(json.loads(path.read_bytes())).events
