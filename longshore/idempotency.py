"""What an Idempotency-Key stands for: the first enqueue with it, for a day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from pydantic import BaseModel
from redis.client import Pipeline

from longshore import keys
from longshore.catalog import Job
from longshore.errors import IdempotencyConflict


class Remembered:
    """An Idempotency-Key: task ids, and a digest of the parameters and of when to run.

    Args:
        job: whose key it is.
        many: the checked parameters of each task.
        key: as the client gave it.
        when: when they are to run, in any words that are equal for equal times.
    """

    def __init__(self, job: Job, many: Sequence[BaseModel], key: str, when: str = "") -> None:
        self._name = keys.idempotency(job.name, hashlib.sha256(key.encode()).hexdigest()[:32])
        self._digest = hashlib.sha256(
            "".join([*(job.parameters.digest(one) for one in many), when]).encode()
        ).hexdigest()[:16]

    def look(self, pipe: Pipeline) -> list[str]:
        """The tasks of the first enqueue, watched until the transaction; none if this is the first.

        Raises:
            IdempotencyConflict: it was used with other parameters or times.
        """
        pipe.watch(self._name)
        raw = pipe.get(self._name)
        if raw is None:
            return []
        stored = json.loads(raw)
        if stored["digest"] != self._digest:
            raise IdempotencyConflict(
                "This Idempotency-Key was used with other parameters or times; use a new key for these."
            )
        return [str(task_id) for task_id in stored["tasks"]]

    def note(self, pipe: Pipeline, task_ids: Sequence[str]) -> None:
        """Buffer that the key stands for these tasks from now on."""
        value = json.dumps({"digest": self._digest, "tasks": list(task_ids)})
        pipe.set(self._name, value, ex=keys.IDEMPOTENCY_TTL)
