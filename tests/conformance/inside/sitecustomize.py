"""Python imports this at its start, in every process of a conformance run: pytest, `rqworker`, horses.

It sends RQ's tests to the Redis of their run, and puts our worker in the place of RQ's before anything
else imports RQ. It does nothing where the variables of a run are not set.
"""

from __future__ import annotations

import os
import sys
import traceback


def _begin() -> None:
    import conformance_substitution as substitution

    substitution.redirect(int(os.environ["CONFORMANCE_REDIS_PORT"]))
    if os.environ["CONFORMANCE_WORKER"] != substitution.STOCK:
        substitution.substitute(os.environ["CONFORMANCE_WORKER"])


if "CONFORMANCE_REDIS_PORT" in os.environ:
    try:
        _begin()
    except BaseException:
        # Python goes on after an error here. A process that went on would run RQ's own worker, and pass.
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
