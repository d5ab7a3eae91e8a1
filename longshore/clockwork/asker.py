"""Asks the functions of `when=` whether a slot is to fire, beside the clock: one that hangs holds up nothing
else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from datetime import datetime

from longshore.conditions import when
from longshore.errors import ScheduleError
from longshore.schedules.book import Schedule

logger = logging.getLogger("longshore.clock")
PATIENCE = 10.0
"""Seconds that a function has to answer; after that its slot is skipped."""
FORGOTTEN = 2.0
"""Seconds after which a question that is not asked again is dropped."""
MOST = 16
"""Most questions under way; functions that hang use them up, and slots are skipped then."""


class Question:
    """One question, in a thread of its own.

    Attributes:
        asked: when the clock last asked for the answer.
        answer: "" for yes, else why not; None while there is none.
    """

    def __init__(self, schedule: Schedule, name: str, slot: datetime) -> None:
        self.schedule, self.name, self._slot = schedule, name, slot
        self.began = self.asked = time.monotonic()
        self.answer: str | None = None
        self._thread = threading.Thread(target=self._ask, name=f"when {name}", daemon=True)
        self._thread.start()

    @property
    def late(self) -> bool:
        """Whether its time is over."""
        return time.monotonic() - self.began > PATIENCE

    @property
    def hangs(self) -> bool:
        """Whether its function is still under way."""
        return self._thread.is_alive()

    def _ask(self) -> None:
        try:
            said = when.ask(when.find(self.name), self._slot)
            self.answer = "" if said else f"{self.name} says no"
        except ScheduleError as error:
            self.answer = str(error)
        except Exception as error:
            logger.exception("%s has failed; the slot is skipped", self.name)
            self.answer = f"{self.name} has failed: {type(error).__name__}: {error}"


class Asker:
    """Keeps the questions that are under way."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, datetime], Question] = {}
        self._hanging: list[Question] = []

    @property
    def waits(self) -> bool:
        """Whether an answer is awaited, so that the clock should look again soon.

        A question that is not asked any more is dropped: its schedule was changed, or another clock leads.
        """
        stale = [key for key, one in self._open.items() if time.monotonic() - one.asked > FORGOTTEN]
        for key in stale:
            self._hanging.append(self._open.pop(key))
        return bool(self._open)

    def follow(self, book: Mapping[str, Schedule]) -> None:
        """Drop the questions of schedules that have changed, or are gone."""
        for key in [key for key, one in self._open.items() if book.get(key[0]) != one.schedule]:
            self._hanging.append(self._open.pop(key))

    def clear(self) -> None:
        """Drop all questions, as another clock leads."""
        self._hanging += self._open.values()
        self._open.clear()

    def __call__(self, schedule: Schedule, slot: datetime) -> str | None:
        """ "" if the slot may fire, else why not; None while the function thinks."""
        name = schedule.spec.conditions.when if schedule.spec else None
        if name is None:
            return ""
        key = (schedule.name, slot)
        question = self._open.get(key)
        if question is None:
            self._hanging = [one for one in self._hanging if one.hangs]
            if len(self._open) + len(self._hanging) >= MOST:
                return f"{name} was not asked: {MOST} questions are under way, and their functions hang"
            question = self._open[key] = Question(schedule, name, slot)
        question.asked = time.monotonic()
        if question.answer is None and not question.late:
            return None
        del self._open[key]
        if question.answer is None:
            self._hanging.append(question)
            logger.error("%s has not answered within %g s; the slot is skipped", name, PATIENCE)
            return f"{name} did not answer within {PATIENCE:g} s"
        return question.answer
