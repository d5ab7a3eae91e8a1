"""The form of a schedule: which controls it has, and which of them belong together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from longshore.conditions.markets import MARKETS
from longshore.triggers.solar import EVENTS
from web.console import forms
from web.console.controls import Control, Panel, choice, filled, length, number, parameter
from web.console.members import MISFIRE, OVERLAP

PHRASES = (
    "Every 3 hours",
    "Daily 4:00 AM UTC",
    "weekdays 9:30 Europe/Berlin",
    "Monday 2:00 AM UTC",
    "30m before sunset at 52.52, 13.41",
)
"""Examples of recurrences in words."""
_EPOCH = "1970-01-01T00:00:00Z"
_ZONES = (("list", "zones"),)
_CRON = (
    "minute, hour, day of month, month, weekday: 0 2 * * * is 02:00 every day, "
    "*/15 9-17 * * mon-fri each quarter of an hour at work"
)
_RULES = (("", "skip holidays"), ("only", "run on holidays only"), ("shift", "move to the next business day"))
_EVENTS = [(one, one.replace("_", " ")) for one in EVENTS]

NAME = Control(
    "name", "name", required=True, placeholder="nightly-sweep", attributes=(("maxlength", "100"),),
    description="letters, digits, dots, dashes, underscores and spaces; it cannot be changed later",
)  # fmt: skip
TRIGGERS = (
    Panel("interval", "every so often", (
        length("trigger.every", "every", "2h", required=True),
        Control("trigger.anchor", "counted from", "instant", default=_EPOCH,
                description="empty: every 2h is at 00:00, 02:00 … UTC"),
    )),
    Panel("cron", "at times of the day", (
        Control("trigger.expression", "cron line", required=True, placeholder="0 2 * * *", description=_CRON),
        Control("trigger.zone", "zone", placeholder="UTC", attributes=_ZONES,
                description="e.g. Europe/Berlin"),
    )),
    Panel("solar", "by the sun", (
        choice("trigger.event", "event", _EVENTS, required=True),
        length("trigger.offset", "put off by", "0s", "1h is after it, -30m before it", default=0),
        number("trigger.latitude", "latitude", -90, 90, "any", required=True, placeholder="52.52"),
        number("trigger.longitude", "longitude", -180, 180, "any", required=True, placeholder="13.41"),
    )),
    Panel("once", "once", (Control("trigger.at", "at", "instant", required=True),)),
    Panel("phrase", "in words", (
        Control("trigger", "when", required=True, placeholder=PHRASES[0], attributes=(("list", "phrases"),),
                description=f"e.g. {'; '.join(PHRASES[1:])}"),
    )),
)  # fmt: skip
"""A panel for each way to say when a schedule is due."""
CONDITIONS = (
    Panel("calendar", "Holidays", (
        Control("conditions.calendar.of", "of", placeholder="none",
                description="a country or market by its code: US, DE, NYSE"),
        Control("conditions.calendar.subdivision", "state or province", description="e.g. CA"),
        choice("conditions.calendar.rule", "rule", _RULES, default="skip"),
        Control("conditions.calendar.zone", "zone of its dates", placeholder="as above", attributes=_ZONES),
    )),
    Panel("hours", "Hours of the day", (
        Control("conditions.hours.from", "from", placeholder="09:30"),
        Control("conditions.hours.to", "to", placeholder="16:00"),
        Control("conditions.hours.days", "on", placeholder="every day", description="mon-fri or sat,sun"),
        Control("conditions.hours.zone", "zone", placeholder="as above", attributes=_ZONES),
    )),
    Panel("window", "First and last date", (
        Control("conditions.not_before", "not before", "instant"),
        Control("conditions.not_after", "not after", "instant"),
    )),
    Panel("others", "Others", (
        Control("conditions.market", "while a market is open", placeholder="none",
                attributes=(("list", "markets"),), description="e.g. NYSE, XETR"),
        Control("conditions.when", "when a function says yes", placeholder="none",
                description="a function in jobs/, e.g. shop.is_open"),
    )),
)  # fmt: skip
"""What may keep a slot from running."""
POLICIES = (
    choice("overlap", "if the last task still runs", [(one or "", said) for one, said in OVERLAP.items()]),
    choice("misfire.policy", "after downtime", [
        ("" if one == "run_once" else one, said) for one, said in MISFIRE.items()
    ], default="run_once"),
    length("misfire.grace", "missed is what is later than", "60s", default=60),
    number("misfire.limit", "most tasks for missed slots", 1, 100, placeholder="10", default=10),
    length("jitter", "put off at random by up to", "0s", default=0),
    length("expires", "drop if not begun within", "never"),
    choice("priority", "place in the queue", (("", "at its end"), ("high", "at its head")), default="normal"),
)  # fmt: skip
"""What becomes of a slot that is due."""
NOTE = Control("note", "note", placeholder="for people", attributes=(("maxlength", "500"),), default="")


@dataclass(frozen=True)
class ScheduleForm:
    """The form of one schedule.

    Attributes:
        triggers: ways to say when, one of them chosen.
        params: a control for each parameter of the job.
        lost: names of parameters that the schedule has and its job does not take.
        conditions, policies, note: further controls.
    """

    triggers: tuple[Panel, ...]
    params: tuple[Control, ...]
    lost: tuple[str, ...]
    conditions: tuple[Panel, ...]
    policies: tuple[Control, ...]
    note: Control
    name: Control = NAME
    markets: tuple[str, ...] = tuple(sorted(MARKETS))
    phrases: tuple[str, ...] = PHRASES

    @property
    def conditional(self) -> bool:
        """Whether any condition is set."""
        return any(one.chosen for one in self.conditions)

    @property
    def strict(self) -> bool:
        """Whether any policy is not as it is by itself."""
        return any(one.value for one in self.policies)


def build(schema: Mapping[str, Any], document: Mapping[str, Any]) -> ScheduleForm:
    """The form for a schedule of a job.

    Args:
        schema: of the job's parameters.
        document: the schedule's JSON form; empty for one that is to be made.
    """
    fields = forms.fields(schema)
    trigger = document.get("trigger", {})
    kind = trigger.get("kind") if trigger else "interval"
    return ScheduleForm(
        triggers=tuple(replace(one.filled(document), chosen=one.key == kind) for one in TRIGGERS),
        params=tuple(filled(parameter(one), document) for one in fields),
        lost=tuple(document.get("params", {}).keys() - {one.name for one in fields}),
        conditions=tuple(one.filled(document) for one in CONDITIONS),
        policies=tuple(filled(one, document) for one in POLICIES),
        note=filled(NOTE, document),
    )
