"""Local times and instants: where a zone's offset changes, and which instant a wall time means.

A wall time is a datetime without zone. In a gap (clocks go forward) it does not exist, in an overlap
(clocks go back) it exists twice. The rule here is that of the whole package: in a gap it means the first
moment after, in an overlap the first of the two. So later wall times never mean earlier instants.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_STEP = timedelta(days=7)
"""No zone changes its offset and back within a week (Morocco's Ramadan, the shortest, takes four)."""
_SECOND = timedelta(seconds=1)


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    """What the zone's clocks add to UTC at that instant."""
    found = moment.astimezone(zone).utcoffset()
    assert found is not None
    return found


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows at that instant."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def settle(shown: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, that a wall time means."""
    local = shown.replace(tzinfo=zone, fold=0)
    moment = local.astimezone(UTC)
    if wall(moment, zone) == shown:
        return moment
    change = first_change(zone, local.replace(fold=1).astimezone(UTC), moment)
    return moment if change is None else change


def first_change(zone: ZoneInfo, since: datetime, until: datetime) -> datetime | None:
    """The first instant in (since, until] at which the zone's offset is another than just before."""
    while since < until:
        probe = min(since + _STEP, until) if until - since > _STEP else until
        if offset(probe, zone) != offset(since, zone):
            return _bisect(zone, since, probe)
        since = probe
    return None


def last_change(zone: ZoneInfo, since: datetime, until: datetime) -> datetime | None:
    """The last instant in (since, until] at which the zone's offset is another than just before."""
    while since < until:
        probe = max(until - _STEP, since) if until - since > _STEP else since
        if offset(probe, zone) != offset(until, zone):
            return _bisect(zone, probe, until)
        until = probe
    return None


def _bisect(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    before = offset(low, zone)
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high
