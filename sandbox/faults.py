"""Faults on demand: what an upstream does at its worst, asked for by POST /faults or by a query parameter.

Each waiting fault hits the next calls of its upstream, in the order in which they were asked for.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sandbox.messages import TEXT, Answer, Delivery

KINDS = {
    "429": "too many calls, with Retry-After",
    "401": "the key is refused",
    "no_credits": "credits are used up, as a 401",
    "no_credits_429": "credits are used up, as a 429",
    "500": "an error of the service",
    "stall": "the right answer, after some seconds",
    "trickle": "the right answer, byte by byte over some seconds",
    "cut": "half of the right answer, then the connection closes",
    "html": "a page, with status 200, where JSON is due",
    "broken": "JSON that breaks off, though its length is as announced",
    "types": "the right answer, with values of other types strewn in",
    "huge": "the right answer with 50 MB of white space in it",
}
REFUSALS = frozenset({"429", "401", "no_credits", "no_credits_429", "500"})
MOST_WAITING = 100
MOST_TIMES = 10_000
MOST_SECONDS = 600.0
HUGE = 50_000_000
"""Bytes."""
WRONG = 0.06
"""Share of the values that `types` changes."""

PAGE = b"<!DOCTYPE html>\n<html><head><title>One moment</title></head><body>Who are you?</body></html>\n"
"""As a content delivery network answers in place of the service behind it."""


class WrongFault(ValueError):
    """What was asked for is no fault; the text says what is due."""


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        upstream: whose calls it hits.
        fault: its kind.
        times: calls that it hits.
        seconds: how long a stall or a trickle lasts.
        retry_after: what a 429 says, in seconds.
        path: only calls whose path has this in it.
    """

    upstream: str
    fault: str
    times: int = 1
    seconds: float = 5.0
    retry_after: float = 2.0
    path: str = ""

    def delivery(self, size: int) -> Delivery:
        """How it sends an answer of so many bytes."""
        return Delivery(
            wait=self.seconds if self.fault == "stall" else 0.0,
            cut=self.fault == "cut",
            pause=self.seconds / max(1, size) if self.fault == "trickle" else 0.0,
            padding=HUGE if self.fault == "huge" else 0,
        )


class Faults:
    """Those that wait."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Have one wait.

        Raises:
            WrongFault: too many wait already.
        """
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise WrongFault(f"{MOST_WAITING} faults wait already; DELETE /faults takes them back")
            self._waiting.append(fault)

    def clear(self) -> None:
        """Take all back."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """Those that wait, with the times that are left."""
        with self._lock:
            return [asdict(one) for one in self._waiting]

    def take(self, upstream: str, path: str) -> Fault | None:
        """The fault that hits this call, if any."""
        with self._lock:
            for index, one in enumerate(self._waiting):
                if one.upstream == upstream and one.path in path:
                    left = [replace(one, times=one.times - 1)] if one.times > 1 else []
                    self._waiting[index : index + 1] = left
                    return one
        return None


def from_query(upstream: str, query: Mapping[str, str]) -> Fault | None:
    """The fault that a call asks for itself: fault=stall&seconds=2.

    Raises:
        WrongFault: it is none.
    """
    if "fault" not in query:
        return None
    given = {name: query[name] for name in ("fault", "seconds", "retry_after") if name in query}
    return _checked({"upstream": upstream, **given})


def from_body(body: bytes, upstreams: list[str]) -> Fault:
    """The fault that a POST asks for.

    Raises:
        WrongFault: it is none.
    """
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise WrongFault(
            'a JSON object is due, e.g. {"upstream": "the_odds_api", "fault": "429", "times": 1}'
        )
    unknown = set(given) - set(Fault.__dataclass_fields__)
    if unknown:
        raise WrongFault(f"{min(unknown)} is not known; there are {', '.join(Fault.__dataclass_fields__)}")
    if given.get("upstream") not in upstreams:
        raise WrongFault(f"upstream is one of {', '.join(upstreams)}")
    return _checked(given)


def _checked(given: Mapping[str, Any]) -> Fault:
    kind, path = str(given.get("fault", "")), given.get("path", "")
    if kind not in KINDS:
        raise WrongFault(f"fault is one of {', '.join(KINDS)}")
    if not isinstance(path, str):
        raise WrongFault("path is a text")
    return Fault(
        upstream=given["upstream"],
        fault=kind,
        times=int(_number(given, "times", 1, 1, MOST_TIMES)),
        seconds=_number(given, "seconds", 5, 0, MOST_SECONDS),
        retry_after=_number(given, "retry_after", 2, 0, MOST_SECONDS),
        path=path,
    )


def _number(given: Mapping[str, Any], name: str, otherwise: float, least: float, most: float) -> float:
    try:
        number = float(given.get(name, otherwise))
    except (TypeError, ValueError):
        number = most + 1
    if not least <= number <= most:
        raise WrongFault(f"{name} is a number from {least:g} to {most:g}")
    return number


def spoiled(answer: Answer, fault: Fault) -> Answer:
    """What becomes of the right answer under a fault that is no refusal."""
    if fault.fault == "html":
        return Answer(200, PAGE, TEXT.replace("plain", "html"), answer.headers)
    if fault.fault == "broken":
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    if fault.fault == "types":
        return replace(answer, body=_with_wrong_types(answer.body))
    return replace(answer, delivery=fault.delivery(len(answer.body)))


def _with_wrong_types(body: bytes) -> bytes:
    """JSON with some values of other types, always the same; the outermost list or object stays."""
    try:
        payload = json.loads(body)
    except ValueError:
        return body
    return json.dumps(_strew(payload, random.Random(len(body)), outermost=True)).encode()


def _strew(value: Any, draws: random.Random, *, outermost: bool = False) -> Any:
    if not outermost and draws.random() < WRONG:
        others = [None, "wrong", -1, True, {"wrong": 1}, ["wrong"]]
        return draws.choice([one for one in others if type(one) is not type(value)])
    if isinstance(value, dict):
        return {name: _strew(one, draws) for name, one in value.items()}
    return [_strew(one, draws) for one in value] if isinstance(value, list) else value
