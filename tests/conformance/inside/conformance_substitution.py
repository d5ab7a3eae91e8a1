"""Puts classes of ours in the place of `rq.Worker` and `rq_scheduler.Scheduler`, and a Redis in the place of
the one on port 6379.

Their files are not changed: names in their modules are bound anew, in the memory of one process.
"""

from __future__ import annotations

import importlib
import socket
import sys
from collections.abc import Callable
from typing import Any

STOCK = "stock"
"""In place of a class: leave theirs where it is."""

LOCAL = {"localhost", "127.0.0.1", "::1"}
REDIS_PORT = 6379
"""Where RQ's tests expect Redis. The number is in their code, and no setting changes it."""


def redirect(port: int) -> None:
    """Send connections to this machine's port 6379 to another one.

    By the lookup of the address, so that clients still say 6379, which some of the tests check.

    Args:
        port: where the Redis of this run listens.
    """
    real = socket.getaddrinfo

    def look_up(host: Any, service: Any, *args: Any, **options: Any) -> Any:
        if host in LOCAL and service in (REDIS_PORT, str(REDIS_PORT)):
            host, service = "127.0.0.1", port
        return real(host, service, *args, **options)

    socket.getaddrinfo = look_up  # type: ignore[assignment]


def load(name: str) -> type[Any]:
    """Import a class.

    Args:
        name: `module:Class`.
    """
    module, _, attribute = name.partition(":")
    found = getattr(importlib.import_module(module), attribute)
    if not isinstance(found, type):
        raise TypeError(f"{name} is not a class")
    return found


def substitute(name: str) -> None:
    """Bind every `Worker` in RQ to a class, and derive RQ's own workers from it.

    RQ's HerokuWorker, SpawnWorker, RoundRobinWorker and RandomWorker are subclasses of its Worker that
    override hooks, as users' classes do. Left alone they would pass without any of our code.

    Args:
        name: `module:Class`.
    """
    import rq.cli  # all of RQ's modules that name a worker
    import rq.worker_pool
    from rq.worker import HerokuWorker, RandomWorker, RoundRobinWorker, SpawnWorker, Worker

    ours = load(name)
    for subclass in (HerokuWorker, RandomWorker, RoundRobinWorker, SpawnWorker):
        if not issubclass(ours, subclass):
            subclass.__bases__ = (ours,)
    _bind_anew("rq", Worker, ours)
    for function in (rq.worker_pool.WorkerPool.__init__, rq.worker_pool.run_worker):
        _replace_default(function, Worker, ours)


def substitute_scheduler(name: str) -> None:
    """Bind every `Scheduler` in rq-scheduler to a class, that of its command `rqscheduler` too.

    Args:
        name: `module:Class`.
    """
    from rq_scheduler import Scheduler
    from rq_scheduler.scripts import rqscheduler

    _bind_anew("rq_scheduler", Scheduler, load(name))
    assert rqscheduler.Scheduler is not Scheduler, f"{name} is theirs"


def _bind_anew(package: str, old: object, new: object) -> None:
    modules = [one for key, one in sys.modules.items() if key.partition(".")[0] == package]
    for module in modules:
        for key in [key for key, value in vars(module).items() if value is old]:
            setattr(module, key, new)


def _replace_default(function: Callable[..., Any], old: object, new: object) -> None:
    """Defaults of arguments are kept in the function, not in its module."""
    defaults = getattr(function, "__defaults__", None) or ()
    if old not in defaults:
        raise LookupError(f"{function.__qualname__} of this RQ has no worker among its defaults")
    replaced = tuple(new if value is old else value for value in defaults)
    function.__defaults__ = replaced  # type: ignore[attr-defined]
