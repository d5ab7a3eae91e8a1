"""Reading outside services: one policy for every call.

`Upstream.get` is all that a job needs: it keeps to deadlines, budgets and caps, tries again where that helps,
changes keys, and never lets a key be seen. What a service means by its statuses and headers is said in a
`Policy`, by the package of its job.
"""

from longshore.upstream.client import Upstream, for_process
from longshore.upstream.errors import (
    CircuitOpen,
    NoKey,
    OutOfCredits,
    RateLimited,
    Refused,
    TooLarge,
    Unreachable,
    Unreadable,
    UpstreamError,
)
from longshore.upstream.policy import Answer, Credits, Kind, Policy, Reply, Verdict

__all__ = [
    "Answer", "CircuitOpen", "Credits", "Kind", "NoKey", "OutOfCredits", "Policy", "RateLimited", "Refused",
    "Reply", "TooLarge", "Unreachable", "Unreadable", "Upstream", "UpstreamError", "Verdict", "for_process",
]  # fmt: skip
