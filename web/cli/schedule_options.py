"""The options of `flask schedules create`, `edit` and `preview`, and the schedule that they say."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import click

from longshore.triggers.declare import CONDITIONS, POLICIES
from web.cli.shell import fail, pairs

F = TypeVar("F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--job", help="What it runs."),
    click.option("--every", metavar="DURATION", help="Due every so often, e.g. 90s, 5m, 2h."),
    click.option("--cron", metavar="LINE", help="Due by a cron line, e.g. '0 2 * * *'."),
    click.option("--zone", help="Zone of the cron line, e.g. Europe/Berlin; UTC if not given."),
    click.option("--solar", nargs=3, metavar="EVENT LAT LON", help="Due with the sun: sunset 52.52 13.41."),
    click.option("--at", metavar="INSTANT", help="Due once, e.g. 2030-01-01T09:00:00Z."),
    click.option("--phrase", help="Due as the words say, e.g. 'Daily 4:00 AM UTC'."),
    click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the job."),
    click.option(
        "--option", "options", multiple=True, metavar="NAME=VALUE",
        help="E.g. overlap=skip, misfire.policy=run_each, jitter=30s, market=NYSE, calendar.of=US.",
    ),
    click.option("--json", "document", metavar="JSON", help="The schedule as JSON, or @file that holds it."),
)  # fmt: skip
_TRIGGERS = ("every", "cron", "solar", "at", "phrase")


def options(command: F) -> F:
    """Give a command these options; it gets what they say as `said`, a part of a schedule."""

    @functools.wraps(command)
    def wrapped(*args: Any, **given: Any) -> Any:
        own = {name: given.pop(name) for name in _NAMES}
        return command(*args, said=_said(**own), **given)

    found: Any = wrapped
    for option in reversed(_OPTIONS):
        found = option(found)
    return found  # type: ignore[no-any-return]


_NAMES = ("job", *_TRIGGERS, "zone", "params", "options", "document")


def _said(
    *, job: str | None, params: tuple[str, ...], options: tuple[str, ...], document: str | None, **when: Any
) -> dict[str, Any]:
    said: dict[str, Any] = {} if document is None else _object(pairs((f"json={document}",))["json"])
    if job is not None:
        said["job"] = job
    if trigger := _trigger(**when):
        said["trigger"] = trigger
    if params:
        said["params"] = {**said.get("params", {}), **pairs(params)}
    for name, value in pairs(options).items():
        _put(said, name, value)
    return said


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        fail("--json takes a JSON object, or @file that holds one")
    return value


def _trigger(
    *, every: str | None, cron: str | None, solar: tuple[str, str, str] | None, at: str | None,
    phrase: str | None, zone: str | None,
) -> dict[str, Any] | str | None:  # fmt: skip
    given = [one for one in (every, cron, solar, at, phrase) if one is not None]
    if len(given) > 1:
        fail(f"give one of {', '.join(f'--{one}' for one in _TRIGGERS)}: it says when the schedule is due")
    if zone is not None and given and cron is None:
        fail("--zone goes with --cron; in a --phrase the zone stands at its end")
    if every is not None:
        return {"kind": "interval", "every": int(every) if every.isdigit() else every}
    if solar is not None:
        return {"kind": "solar", "event": solar[0], "latitude": solar[1], "longitude": solar[2]}
    if at is not None:
        return {"kind": "once", "at": at}
    line = {} if cron is None else {"expression": cron}
    place = {} if zone is None else {"zone": zone}
    return {"kind": "cron", **line, **place} if line or place else phrase


def _put(said: dict[str, Any], name: str, value: Any) -> None:
    """`overlap` stands on the schedule itself, `calendar.of` under its conditions."""
    path = name.split(".")
    if path[0] not in (*POLICIES, *CONDITIONS):
        fail(f"--option {name}: there is none of that name; there are {', '.join((*POLICIES, *CONDITIONS))}")
    if path[0] in CONDITIONS:
        path.insert(0, "conditions")
    node = said
    for part in path[:-1]:
        node = node.setdefault(part, {})
        if not isinstance(node, dict):
            fail(f"--option {name}: {part} is given as a whole already")
    node[path[-1]] = value
