"""From plain data to a league, with every fault found at once and bounded in number.

Each part is validated by itself first, and what is at fault gets a neutral stand-in, so that the checks
across parts (names that do not exist, duplicates, sizes) still run over the rest. Faults that only a stand-in
would cause are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from jobs.league.spec import LeagueSpec

Place = tuple[int | str, ...]
Faults = dict[Place, str]
ENOUGH = 1_000  # faults; one bad file must not fill the memory with them

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of a league",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "holds a character that cannot be printed, e.g. a line break",
}
# The season that stands in for one at fault: long, so that no other part is refused on its account.
_ANY_SEASON = {
    "first_date": "2000-01-01",
    "last_date": "2000-12-31",
    "play_days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "max_games_per_team_per_day": 5,
}
_DATES = ("blackout_dates", "closed_dates", "open_dates")


@dataclass
class _Check:
    """Faults so far, and the data with stand-ins for what is at fault."""

    data: dict[str, Any]
    faults: Faults = field(default_factory=dict)

    def add(self, place: Place, message: str) -> None:
        self.faults.setdefault(place, message)

    @property
    def full(self) -> bool:
        return len(self.faults) >= ENOUGH


def checked(
    data: Mapping[str, Any], known: Faults | None = None, *, whole: bool = True
) -> tuple[LeagueSpec | None, Faults]:
    """The league that the data describes, or its faults by place, e.g. ``("teams", 3, "home_venue")``.

    Args:
        data: Fields of a ``LeagueSpec`` as plain values.
        known: Faults that were found before, whose places hold no value or a stand-in.
        whole: False if parts of the league are lost: what is there is checked part by part only.
    """
    from jobs.league.spec import LeagueSpec

    check = _Check(dict(data), dict(known or {}))
    if not _counts_are_possible(check):
        return None, check.faults
    _items(check)
    _season(check)
    _rest(check)
    if whole and not check.full:
        try:
            league = LeagueSpec.model_validate(check.data)
        except ValidationError as error:
            _across(check, error)
        else:
            return (None, check.faults) if check.faults else (league, {})
    return None, check.faults


def _counts_are_possible(check: _Check) -> bool:
    """Whether the lists are lists of a possible length: there is no use in checking 20,000 teams."""
    from jobs.league.spec import MAX_TEAMS

    limits = {"teams": MAX_TEAMS, "divisions": 500, "venues": 500}
    before = len(check.faults)
    for kind, limit in limits.items():
        items = check.data.get(kind)
        if not isinstance(items, list):
            check.add((kind,), "is missing" if items is None else "must be a list")
        elif len(items) > limit:
            check.add((kind,), f"{len(items):,} {kind}; at most {limit:,} are possible")
    return len(check.faults) == before


def _items(check: _Check) -> None:
    """Each team, division and venue by itself."""
    from jobs.league.spec import Division, Team, Venue

    models: dict[str, type[BaseModel]] = {"teams": Team, "divisions": Division, "venues": Venue}
    stand_ins: dict[str, dict[str, Any]] = {
        "teams": {"division": "?", "home_venue": "?"},
        "divisions": {},
        "venues": {"slots": {"saturday": ["12:00"]}},
    }
    for kind, model in models.items():
        items = []
        for index, item in enumerate(check.data[kind]):
            if not check.full:
                neutral = {"name": f"? {kind} {index}", **stand_ins[kind]}
                items.append(_item(check, model, (kind, index), item, neutral))
        check.data[kind] = items


def _item(check: _Check, model: type[BaseModel], place: Place, item: Any, neutral: dict[str, Any]) -> Any:
    faults = list(_faults_of(model, item))
    for where, message in faults:
        check.add((*place, *where), message)
    at_fault = {where[0] for where, _ in faults if where}
    at_fault |= (
        {here[2] for here in check.faults if here[:2] == place and len(here) > 2} if check.faults else set()
    )
    if not at_fault and not faults:
        return item
    kept = item if isinstance(item, dict) else {}
    return {key: value for key, value in (neutral | kept).items() if key not in at_fault} | {
        key: value for key, value in neutral.items() if key in at_fault or key not in kept
    }


def _season(check: _Check) -> None:
    """The season; a bad one is replaced, and with it all dates that would lie outside of it."""
    from jobs.league.spec import Season

    season = check.data.get("season")
    if season is None:
        check.add(("season",), "is missing")
    else:
        for where, message in _faults_of(Season, season):
            check.add(("season", *where), message)
    if any(place[0] == "season" for place in check.faults):
        check.data["season"] = _ANY_SEASON
        for kind in ("teams", "venues"):
            check.data[kind] = [
                {key: value for key, value in item.items() if key not in _DATES} for item in check.data[kind]
            ]


def _rest(check: _Check) -> None:
    """Name, zone and goals, and fields that do not exist."""
    from jobs.league.spec import LeagueSpec

    for key, info in LeagueSpec.model_fields.items():
        if key in ("teams", "divisions", "venues", "season"):
            continue
        if key not in check.data and not info.is_required():
            continue
        adapter: TypeAdapter[Any] = TypeAdapter(info.rebuild_annotation())
        faults = list(_faults_of(adapter, check.data.get(key, "")))
        for where, message in faults:
            check.add((key, *where), message)
        if faults:
            check.data.pop(key, None)
            if info.is_required():
                check.data[key] = "?"
    for key in [key for key in check.data if key not in LeagueSpec.model_fields][:ENOUGH]:
        check.add((str(key),), _WORDS["extra_forbidden"])
        del check.data[key]


def _faults_of(model: type[BaseModel] | TypeAdapter[Any], value: Any) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict) and len(value) > 50:
        yield (), f"has {len(value):,} fields, which no part of a league has"
        return
    try:
        if isinstance(model, TypeAdapter):
            model.validate_python(value)
        else:
            model.model_validate(value)
    except ValidationError as error:
        for one in error.errors(include_url=False)[:ENOUGH]:
            yield one["loc"], plain(one)


def _across(check: _Check, error: ValidationError) -> None:
    """Faults across parts, without those that only a stand-in causes."""
    for one in error.errors(include_url=False):
        place = one["loc"]
        if not any(_touches(place, known) for known in check.faults):
            check.add(place, plain(one))


def _touches(place: Place, known: Place) -> bool:
    """Whether a fault lies in the same field as one that is known, or in the same part if it has no field."""
    depth = 2 if known[:1] == ("season",) else 3
    here, there = place[:depth], known[:depth]
    shorter = min(len(here), len(there))
    return shorter > 0 and here[:shorter] == there[:shorter]


def plain(error: ErrorDetails) -> str:
    """A fault in plain words."""
    context = error.get("ctx", {})
    if error["type"] == "string_too_long":
        return f"is longer than {context['max_length']} characters"
    if error["type"] in ("less_than_equal", "greater_than_equal"):
        bound = f"at most {context['le']}" if "le" in context else f"at least {context['ge']}"
        return f"is {error['input']}; it must be {bound}"
    return _WORDS.get(error["type"], error["msg"])
