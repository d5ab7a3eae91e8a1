"""Python imports this at its start, in every process of a conformance run: pytest, `rqworker`, horses.

It sends the tests to the Redis of their run, and puts our classes in the place of RQ's and rq-scheduler's
before anything else imports these. It does nothing where the variables of a run are not set.
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
    if os.environ["CONFORMANCE_SCHEDULER"] != substitution.STOCK:
        substitution.substitute_scheduler(os.environ["CONFORMANCE_SCHEDULER"])


if "CONFORMANCE_REDIS_PORT" in os.environ:
    try:
        _begin()
    except BaseException:
        # Python goes on after an error here. A process that went on would run RQ's own worker, and pass.
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
