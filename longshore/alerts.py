"""Alerts: telling people that something has gone wrong, or is well again.

Each goes into the log, into a short list in Redis, and to ALERT_WEBHOOK_URL if that is set. Who raises one
decides when; this module only delivers.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import requests
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import RedisError

from longshore import keys

logger = logging.getLogger("longshore.alerts")
_TIMEOUT = (3.0, 5.0)
"""Seconds to connect to the webhook, and to wait for its answer."""


@dataclass(frozen=True)
class Alert:
    """Something that people should know.

    Attributes:
        name: what it is about, e.g. "odds".
        state: "firing" when it begins, "resolved" when it is over.
        text: one or two sentences.
        at: when.
    """

    name: str
    state: Literal["firing", "resolved"]
    text: str
    at: datetime

    def document(self) -> dict[str, str]:
        """As the webhook gets it. Chat services show `text`."""
        return {"alert": self.name, "state": self.state, "text": self.text, "at": self.at.isoformat()}


class Alerts:
    """Delivers alerts.

    Args:
        connection: Redis.
        webhook: ALERT_WEBHOOK_URL; it may hold a secret, so it is never shown.
        post: sends a request, as requests.post.
    """

    def __init__(
        self, connection: Redis, webhook: SecretStr, post: Callable[..., requests.Response] = requests.post
    ) -> None:
        self._connection, self._webhook, self._post = connection, webhook, post
        self._undelivered = ""

    def tell(self, alert: Alert) -> bool:
        """Deliver an alert.

        Returns:
            False if the webhook has not taken it: it should be told again.
        """
        if fault := self._fault_of_sending(alert):
            if alert.text != self._undelivered:  # it is told again and again; one line is enough
                logger.warning("ALERT_WEBHOOK_URL %s: %s", fault, alert.text)
            self._undelivered = alert.text
            return False
        logger.log(logging.WARNING if alert.state == "firing" else logging.INFO, "%s", alert.text)
        try:
            with self._connection.pipeline() as pipe:
                pipe.lpush(keys.alerts(), json.dumps(alert.document()))
                pipe.ltrim(keys.alerts(), 0, keys.ALERTS - 1)
                pipe.expire(keys.alerts(), keys.ALERTS_TTL)
                pipe.execute()
        except RedisError as error:
            logger.info("the alert is not kept, as Redis is away: %s", error)
        return True

    def _fault_of_sending(self, alert: Alert) -> str:
        """Post it; what went wrong, empty for nothing. An exception's own text would hold the address."""
        if not (url := self._webhook.get_secret_value()):
            return ""
        try:
            answer = self._post(url, json=alert.document(), timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            return f"cannot be reached ({type(error).__name__})"
        return "" if 200 <= answer.status_code < 300 else f"answers {answer.status_code}"


def recent(connection: Redis) -> list[dict[str, Any]]:
    """The last alerts, newest first."""
    raw: Any = connection.lrange(keys.alerts(), 0, -1)
    return [json.loads(one) for one in raw]
