"""Constraints and objectives of an OSSS file: which of them a league keeps, aims for, or does not have."""

from __future__ import annotations

import math
from typing import Any

from jobs.league.formats.osss_shape import Instance, Rule
from jobs.league.formats.outcome import Note, shown

# Kept in any case, with no setting for it.
_ALWAYS = {
    *("no_overlap_team", "no_overlap_venue", "no_overlap_venue_resource", "venue_availability"),
    *("resource_availability", "changeover_time", "season_bounds", "blackout_dates"),
}
# Aimed for in any case, each with a weight of its own.
_AIMED = {
    *("home_away_balance", "balance_home_away", "total_travel_distance", "minimize_total_travel"),
    *("max_team_travel", "opponent_spacing", "preferred_venue", "schedule_spread"),
}
_MOST_REST_DAYS = 30


def limits(instance: Instance, notes: list[Note]) -> dict[str, Any]:
    """Fields of the season that constraints stand for; what has none is noted."""
    found: dict[str, Any] = {}
    aimed: list[str] = []
    left: dict[str, list[str]] = {"hard constraint": [], "soft constraint": [], "objective": []}
    for rule in instance.constraints:
        hard = rule.type.lower() == "hard"
        if rule.name in _ALWAYS or (hard and _take(rule, found, notes)):
            continue
        if rule.name in _AIMED and not hard:
            aimed.append(rule.name)
        else:
            left["hard constraint" if hard else "soft constraint"].append(rule.name)
    for rule in instance.objectives:
        (aimed if rule.name in _AIMED else left["objective"]).append(rule.name)
    if aimed:
        text = f"aimed for with weights of our own, not the file's: {_listed(aimed)}"
        notes.append(Note("objectives", text))
    for kind, names in left.items():
        if names:
            text = f"{len(names)} {kind}{'s are' if len(names) > 1 else ' is'} not taken: {_listed(names)}"
            notes.append(Note("objectives" if kind == "objective" else "constraints", text))
    return found


def _take(rule: Rule, found: dict[str, Any], notes: list[Note]) -> bool:
    """Whether a hard constraint is one that a season has a field for."""
    if rule.name == "min_rest_time":
        hours = _number(rule, "min_hours", "minHours", "hours")
        if hours is None:
            return False
        days = min(math.ceil(hours / 24), _MOST_REST_DAYS)
        found["min_rest_days"] = max(days, found.get("min_rest_days", 0))
        text = f"{hours:g} hours of rest are kept as {days} days off between two games, at least as long"
        notes.append(Note("constraints", text))
        return True
    if rule.name == "max_games_per_day":
        most = _number(rule, "max_games", "maxGames", "max")
        if most is None or not 1 <= most <= 5:
            return False
        found["max_games_per_team_per_day"] = int(most)
        return True
    if rule.name in ("home_away_balance", "balance_home_away"):
        found["require_home_away_balance"] = True
        notes.append(Note("constraints", f"{rule.name} is kept as a difference of at most 1"))
        return True
    return False


def _number(rule: Rule, *names: str) -> float | None:
    for name in names:
        value = rule.params.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 10_000:
            return float(value)
    return None


def _listed(names: list[str]) -> str:
    unique = list(dict.fromkeys(shown(name) for name in names))
    more = f" and {len(unique) - 12} more" if len(unique) > 12 else ""
    return ", ".join(unique[:12]) + more
