"""All upstreams that the sandbox stands in for: a new one is a module of its own and a line here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.messages import Upstream
from sandbox.odds.credits import MONTHLY, Credits
from sandbox.odds.recorded import Recorded
from sandbox.odds.slate import MadeUp
from sandbox.the_odds_api import TheOddsApi


@dataclass(frozen=True)
class Options:
    """What the command line says.

    Attributes:
        seed: another one makes another world.
        files: folder of recorded answers to serve in place of made-up ones.
        credits: credits a month of a key.
    """

    seed: int = 1
    files: Path | None = None
    credits: int = MONTHLY


def upstreams(options: Options) -> list[Upstream]:
    """The stand-ins, ready to answer.

    Raises:
        CannotServe: the recorded answers cannot be read.
    """
    return [_the_odds_api(options)]


def _the_odds_api(options: Options) -> Upstream:
    source = Recorded(options.files) if options.files else MadeUp(options.seed)
    return TheOddsApi(source, Credits(options.credits))
