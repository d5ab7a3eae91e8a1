"""Recurrences in words, as people and documents write them: "Daily 4:00 AM UTC", "Every 3 hours".

What `describe()` of a trigger says is understood as well, and so is a bare cron line. Words only: what a
trigger then does is its own business.
"""

from __future__ import annotations

import re

from longshore.triggers.cron import Cron
from longshore.triggers.fields import zone
from longshore.triggers.interval import Interval
from longshore.triggers.lines import LONGEST
from longshore.triggers.once import Once
from longshore.triggers.solar import EVENTS, Solar

EXAMPLES = (
    "'Every 3 hours', 'Daily 4:00 AM UTC', 'Monday 2:00 AM UTC', 'weekdays 9:30 Europe/Berlin', '0 2 * * *',"
    " 'sunset at 52.52, 13.41' or 'once at 2027-01-01T09:00:00Z'"
)
_CRON = re.compile(r"(?:cron )?((?:[\d*/,-]+ ){2}.+)", re.I)
_ONCE = re.compile(r"(?:once )?(?:at )?(\d{4}-\d\d?-\d\d?(?:[T ].*)?)", re.I)
_EVERY = re.compile(r"every (?:(\d.*?)|(hour|minute|second))(?: from (\S+))?", re.I)
_NUMBER = r"[-+]?\d+(?:\.\d*)?"
_SOLAR = re.compile(
    r"(?:(?P<length>\d.*?) (?P<way>before|after) )?"
    rf"(?P<event>{'|'.join(sorted(EVENTS, key=len, reverse=True))})"
    rf"(?: (?P<offset>[-+].+?))? at (?P<latitude>{_NUMBER}),? ?(?P<longitude>(?<=[, ]){_NUMBER})",
    re.I,
)
_TIME = r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?: ?(?P<half>[ap])\.?m\.?)?|(?P<word>noon|midnight)"
_CALENDAR = re.compile(
    rf"(?:every )?(?P<days>[a-z][a-z ,&-]*?)(?:,? at)?(?: (?:{_TIME}))?(?: (?P<zone>\S+))?", re.I
)
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY = re.compile(r"(sun|mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?)(?:days?)?")
_GROUPS = {
    "hourly": "* * *",
    "daily": "* * *",
    "day": "* * *",
    "weekly": "* * 0",
    "week": "* * 0",
    "monthly": "1 * *",
    "month": "1 * *",
    "yearly": "1 1 *",
    "year": "1 1 *",
    "weekday": "* * 1-5",
    "weekdays": "* * 1-5",
    "weekend": "* * 0,6",
    "weekends": "* * 0,6",
}
_NEED_TIME = ("weekday", "weekdays", "weekend", "weekends")


def parse(text: str) -> Interval | Cron | Solar | Once:
    """The trigger that a phrase means. A phrase without a zone means UTC.

    Raises:
        ValueError: it is not understood (with examples), or says something that cannot be.
    """
    phrase = " ".join(text.split())
    if len(phrase) <= LONGEST:
        for read in (_cron, _once, _interval, _solar, _calendar):
            found = read(phrase)
            if found is not None:
                return found
    raise ValueError(f"{phrase[:60]!r} is no recurrence; write e.g. {EXAMPLES}")


def _cron(phrase: str) -> Cron | None:
    if phrase.startswith("@"):
        alias, _, place = phrase.partition(" ")
        return Cron(expression=alias, zone=zone(place or "UTC"))
    found = _CRON.fullmatch(phrase)
    if not found:
        return None
    line, _, last = found[1].rpartition(" ")
    if len(found[1].split()) == 6 and re.match("[a-z]", last, re.I):
        return Cron(expression=line, zone=zone(last))
    return Cron(expression=found[1])


def _once(phrase: str) -> Once | None:
    found = _ONCE.fullmatch(phrase)
    return Once.model_validate({"at": found[1]}) if found else None


def _interval(phrase: str) -> Interval | None:
    found = _EVERY.fullmatch(phrase)
    if not found:
        return None
    length, unit, start = found.groups()
    return Interval.model_validate({"every": length or f"1 {unit}"} | ({"anchor": start} if start else {}))


def _solar(phrase: str) -> Solar | None:
    found = _SOLAR.fullmatch(phrase)
    if not found:
        return None
    said = found.groupdict()
    shift = (
        f"{'-' if said['way'].lower() == 'before' else '+'}{said['length']}"
        if said["way"]
        else said["offset"]
    )
    place = {"latitude": float(said["latitude"]), "longitude": float(said["longitude"])}
    return Solar.model_validate({"event": said["event"], **place, "offset": shift or 0})


def _calendar(phrase: str) -> Cron | None:
    found = _CALENDAR.fullmatch(phrase)
    days = found and _days(found["days"].lower())
    if not found or not days:
        return None
    timed = found["hour"] or found["word"]
    if found["days"].lower() == "hourly":
        return None if timed else Cron(expression="0 * * * *", zone=zone(found["zone"] or "UTC"))
    if not timed and (found["days"].lower() in _NEED_TIME or found["days"].lower() not in _GROUPS):
        raise ValueError(f"{phrase!r} says no time of day; write e.g. '{found['days']} 9:30 Europe/Berlin'")
    hour, minute = _time(found) if timed else (0, 0)
    return Cron(expression=f"{minute} {hour} {days}", zone=zone(found["zone"] or "UTC"))


def _time(found: re.Match[str]) -> tuple[int, int]:
    if found["word"]:
        return (12 if found["word"].lower() == "noon" else 0), 0
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), (found["half"] or "").lower()
    fits = 1 <= hour <= 12 if half else hour <= 23 and found["minute"] is not None
    if not fits or minute > 59:
        raise ValueError(f"{found[0]!r} says no time of day; write e.g. '4:00 AM', '4 AM', '16:00' or 'noon'")
    return (hour % 12 + (12 if half == "p" else 0) if half else hour), minute


def _days(words: str) -> str:
    """Cron's last three fields: day of month, month, day of week. Nothing: these are no days."""
    if words in _GROUPS:
        return _GROUPS[words]
    terms = [_span(term) for term in re.split(r" and |, ?and |, ?| ?& ?", words)]
    return f"* * {','.join(terms)}" if all(terms) else ""


def _span(term: str) -> str:
    """ "mon" is "1", "fri-mon" is "5,6,0,1"."""
    ends = [_DAY.fullmatch(day.strip()) for day in re.split("-| to ", term)]
    if len(ends) > 2 or not all(ends):
        return ""
    first, *last = (_DAYS.index(end[1][:3]) for end in ends if end)
    days = [first] if not last else [(first + step) % 7 for step in range((last[0] - first) % 7 + 1)]
    return ",".join(str(day) for day in days)
