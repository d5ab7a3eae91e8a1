"""What can become of a call to an upstream. No text here ever holds a key."""

from __future__ import annotations

from datetime import UTC, datetime

from longshore.errors import LongshoreError


class UpstreamError(LongshoreError):
    """Base of all: the upstream's name and what went wrong."""


class Unreachable(UpstreamError):
    """No whole answer came, or only errors of the upstream's own, however often it was asked.

    Attributes:
        retry_after: seconds after which it wants to be asked again; None if it did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(UpstreamError):
    """The upstream does not answer such a call; asking again would not help.

    Attributes:
        status: HTTP status.
        code: the upstream's own word for it; empty if it has none.
    """

    def __init__(self, message: str, status: int, code: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


class RateLimited(UpstreamError):
    """Too many calls, and the wait is longer than the call may take.

    Attributes:
        retry_after: seconds to wait.
    """

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OutOfCredits(UpstreamError):
    """All keys have used up their credits.

    Attributes:
        until: when the first of them has credits again.
    """

    def __init__(self, name: str, until: datetime) -> None:
        when = f"{until.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
        super().__init__(f"{name}: no key has credits left; the next are there on {when}.")
        self.until = until


class NoKey(UpstreamError):
    """There is no key, or the upstream takes none of them."""


class CircuitOpen(UpstreamError):
    """The upstream has failed so often lately that it is left alone for a while. Nothing was sent.

    Attributes:
        retry_after: seconds until it is asked again.
    """

    def __init__(self, name: str, retry_after: float) -> None:
        super().__init__(
            f"{name} has failed several times in a row and is left alone; it is asked again in "
            f"{retry_after:.0f} s."
        )
        self.retry_after = retry_after


class TooLarge(UpstreamError):
    """The answer is larger than is taken."""


class Unreadable(UpstreamError):
    """The answer is not what was due: HTML, or broken JSON."""
