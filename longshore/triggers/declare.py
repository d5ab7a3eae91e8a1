"""`every`, `cron`, `crontab`, `solar` and `at`: recurrences as declared beside a job.

It owns what may be declared. The checks of a whole schedule are those of its JSON form, which `document`
gives and `schedules/` knows.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from longshore.durations import Duration
from longshore.errors import ScheduleError
from longshore.triggers import kinds
from longshore.triggers.cron import Cron
from longshore.triggers.fields import closest, first_fault
from longshore.triggers.kinds import AnyTrigger

POLICIES = ("overlap", "misfire", "jitter", "expires", "priority", "note")
"""Options that stand on the schedule itself in its JSON form."""
CONDITIONS = ("calendar", "market", "hours", "not_before", "not_after", "when")
"""Options that stand under `conditions` in its JSON form."""
CronField = int | str | Iterable[int]


@dataclass(frozen=True)
class Declared:
    """A recurrence as declared on a job.

    Attributes:
        trigger: when it is due.
        name: the schedule's name; empty takes the job's.
        params: what the job is called with.
        chosen: what else its JSON form says, e.g. `{"overlap": "skip", "conditions": {"market": "NYSE"}}`.
    """

    trigger: AnyTrigger
    name: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    chosen: Mapping[str, Any] = field(default_factory=dict)

    def options(self, **options: Any) -> Declared:
        """A copy with options of the schedule, e.g. `.options(overlap="skip", market="NYSE")`.

        Args:
            options: `POLICIES` and `CONDITIONS`, each as in the JSON form; `when` may be the function itself.

        Raises:
            ScheduleError: there is no such option.
        """
        chosen = copy.deepcopy(dict(self.chosen))
        for option, value in options.items():
            if option in POLICIES:
                chosen[option] = value
            elif option in CONDITIONS:
                named = _name_of(value) if option == "when" and callable(value) else value
                chosen.setdefault("conditions", {})[option] = named
            else:
                raise ScheduleError(_unknown(option))
        return replace(self, chosen=chosen)

    def document(self, job: str) -> dict[str, Any]:
        """Its JSON form as a schedule of that job."""
        return {
            "name": self.name or job,
            "job": job,
            "params": dict(self.params),
            "trigger": self.trigger.model_dump(mode="json"),
            **copy.deepcopy(dict(self.chosen)),
        }


def declared(what: Declared | AnyTrigger | str) -> Declared:
    """What stands in `schedules=[…]`: a declaration, a bare trigger, or a phrase such as "Every 3 hours".

    Raises:
        ScheduleError: the phrase is not understood.
    """
    return what if isinstance(what, Declared) else Declared(_read(what, ""))


def every(
    interval: Duration, *, anchor: datetime | str | None = None, name: str = "", **params: Any
) -> Declared:
    """Recur on a grid of equal steps, e.g. `every("5m")`.

    Args:
        interval: seconds, a timedelta or text such as "90s", "5m", "2 hours"; whole seconds, at least 1.
        anchor: an instant on the grid, with its zone; the grid starts at 1970-01-01T00:00:00Z otherwise.
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: the interval is no duration, or under a second; the anchor is no instant.
    """
    start = {} if anchor is None else {"anchor": anchor}
    trigger = _read({"kind": "interval", "every": interval, **start}, f"every({interval!r})")
    return Declared(trigger, name, params)


def cron(expression: str, *, zone: str = "UTC", name: str = "", **params: Any) -> Declared:
    """Recur by five cron fields: minute, hour, day of month, month, day of week.

    Args:
        expression: e.g. "0 2 * * *" for 02:00 every day.
        zone: the IANA zone of its times, e.g. "Europe/Berlin".
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: the expression is no cron line, or never comes due; the zone is unknown.
    """
    trigger = _read({"kind": "cron", "expression": expression, "zone": zone}, f"cron({expression!r})")
    return Declared(trigger, name, params)


def crontab(
    minute: CronField = "*",
    hour: CronField = "*",
    day_of_week: CronField = "*",
    day_of_month: CronField = "*",
    month_of_year: CronField = "*",
    *,
    zone: str = "UTC",
    name: str = "",
    **params: Any,
) -> Declared:
    """Recur by Celery's crontab fields, e.g. `crontab(hour=4, minute=0)`.

    Args:
        minute: 0 to 59.
        hour: 0 to 23.
        day_of_week: 0 (Sunday) to 6, or names, e.g. "mon-fri".
        day_of_month: 1 to 31; not together with `day_of_week`.
        month_of_year: 1 to 12.
        zone: the IANA zone of its times.
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: a field is wrong, or it never comes due; the zone is unknown.
    """
    fields = {
        "minute": minute,
        "hour": hour,
        "day_of_week": day_of_week,
        "day_of_month": day_of_month,
        "month_of_year": month_of_year,
    }
    try:
        return Declared(Cron.from_fields(fields, zone), name, params)
    except ValueError as error:
        raise ScheduleError(f"crontab: {_line(error)}") from None


def solar(
    event: str, latitude: float, longitude: float, *, offset: Duration = 0, name: str = "", **params: Any
) -> Declared:
    """Recur at an event of the sun, e.g. `solar("sunset", 52.52, 13.41, offset="-30m")`.

    Args:
        event: dawn, sunrise, noon, sunset, dusk, or one of Celery's names.
        latitude: degrees, north positive.
        longitude: degrees, east positive.
        offset: time after the event, negative before it.
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: no such event or place, or an offset over 12 hours.
    """
    form = {"kind": "solar", "event": event, "latitude": latitude, "longitude": longitude, "offset": offset}
    return Declared(_read(form, f"solar({event!r})"), name, params)


def at(moment: datetime | str, *, name: str = "", **params: Any) -> Declared:
    """Run once, at an instant.

    Args:
        moment: with its zone, e.g. "2027-01-01T09:00:00Z".
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: it is no instant, or has no zone.
    """
    return Declared(_read({"kind": "once", "at": moment}, f"at({str(moment)!r})"), name, params)


def _read(form: Any, told: str) -> AnyTrigger:
    try:
        return kinds.read(form)
    except ValidationError as error:
        raise ScheduleError(f"{told}: {_line(error)}" if told else _line(error)) from None


def _line(error: ValueError) -> str:
    """The first fault, without the union's tag before the field."""
    text = first_fault(error) if isinstance(error, ValidationError) else str(error)
    tag, _, rest = text.partition(".")
    return rest if tag in kinds.KINDS else text


def _name_of(func: Callable[..., Any]) -> str:
    """`<package>.<function>`, as the catalog names a job."""
    parts = func.__module__.split(".")
    below = parts[parts.index("jobs") + 1 :] if "jobs" in parts else parts[-1:]
    if not inspect.isfunction(func) or "." in func.__qualname__ or not below:
        named = getattr(func, "__qualname__", func)
        raise ScheduleError(f"when: {named} is no plain function of a module in jobs/")
    return f"{below[0]}.{func.__name__}"


def _unknown(option: str) -> str:
    known = (*POLICIES, *CONDITIONS)
    return f"unknown option {option!r}{closest(option, known) or '; the options are ' + ', '.join(known)}"
