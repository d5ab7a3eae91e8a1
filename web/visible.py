"""Which tasks a stranger may see: those whose ids cannot be guessed.

A task of a schedule has an id that is made of the schedule and its slot, so that is for admins.
"""

from __future__ import annotations

import re

from longshore import tasks
from longshore.connections import shared
from longshore.errors import UnknownTask
from longshore.tasks import TaskView
from web import auth

_OF_SCHEDULES = re.compile(r"(?:slot|schedule)[-_]")
"""How ids begin that `longshore.schedules.entries` makes; a damaged task may have lost its schedule."""


def task(task_id: str) -> TaskView:
    """The task of that id, for the one who asks.

    Raises:
        UnknownTask: there is none, or it is not for strangers: they cannot tell which.
    """
    admin = auth.is_admin()
    if not admin and _OF_SCHEDULES.match(task_id):
        raise UnknownTask(task_id)
    view = tasks.view(shared(), task_id)
    if view.schedule is not None and not admin:
        raise UnknownTask(task_id)
    return view
