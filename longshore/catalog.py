"""The catalog: every job that is declared, by name.

`@job(…)` stands beside a plain function and leaves it as it is. This module owns declarations and
their checks; it knows nothing of Redis, RQ or Flask, and runs nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter

from longshore import keys, limited, parameters
from longshore.durations import Duration, seconds
from longshore.errors import CatalogError, ScheduleError, UnknownJob
from longshore.limited import Fallback, Inline
from longshore.retries import Backoff, ExceptionTypes, RetryPolicy, policy
from longshore.schedules import declared as declared_schedules
from longshore.schedules.spec import ScheduleSpec
from longshore.triggers import AnyTrigger, Declared, declared

Access = Literal["public", "admin"]
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Job:
    """A function in `jobs/` with its declaration: what can be run.

    Attributes:
        name: `<package>.<function>`, e.g. `league.generate_schedule`.
        func: the plain function.
        queue: the queue that its tasks wait in.
        timeout: seconds that a task may run.
        result_ttl: seconds that a finished task is kept.
        failure_ttl: seconds that a failed task is kept.
        retry: how a failure is tried again.
        schedules: when it recurs.
        access: who may start it over HTTP: anybody ("public"), or an admin.
        overlap: whether two of its tasks may run at the same time; if not, RQ's rate limit holds
            all but one back.
        unique: whether there is at most one unfinished task for the same parameters.
        fallback: what an enqueue does when Redis is away or no worker listens to the queue: "wait" (Redis
            has to be there), "refuse", or run it in a child process of the caller, within limits.
        preload: modules that a worker of its queue imports before it forks.
        can_finish: whether a running task can be asked to end early with the result that it has.
        summary: the docstring's first line.
        text: the rest of the docstring.
        parameters: its parameters, from the signature.
        returns: turns its return value into JSON, from the return annotation.
    """

    name: str
    func: Callable[..., Any]
    queue: str
    timeout: int
    result_ttl: int
    failure_ttl: int
    retry: RetryPolicy
    schedules: tuple[Declared, ...]
    access: Access
    overlap: bool
    unique: bool
    fallback: Fallback
    preload: tuple[str, ...]
    can_finish: bool
    summary: str
    text: str
    parameters: parameters.Parameters
    returns: TypeAdapter[Any]

    @property
    def inline(self) -> Inline | None:
        """The limits of a run in the web process; None if it never runs there."""
        return self.fallback if isinstance(self.fallback, Inline) else None

    @property
    def path(self) -> str:
        """Where a stock RQ worker imports the function from."""
        return f"{self.func.__module__}.{self.func.__qualname__}"

    def schedule_names(self) -> dict[str, Declared]:
        """Its schedules by name: a lone one may go by the job's name."""
        return {one.name or self.name: one for one in self.schedules}


class Catalog:
    """Jobs by name, and the queues that they may use."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._by_path: dict[str, Job] = {}
        self._schedules: dict[str, ScheduleSpec] | None = None
        self.queues: dict[str, str] = {}

    def __iter__(self) -> Iterator[Job]:
        return iter(sorted(self._jobs.values(), key=lambda one: one.name))

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, name: object) -> bool:
        return name in self._jobs

    def add(self, one: Job) -> None:
        """Take a job in.

        Raises:
            CatalogError: another function has that name.
        """
        there = self._jobs.get(one.name)
        if there is not None and there.path != one.path:
            raise CatalogError(f"{one.name}: declared twice, by {there.path} and by {one.path}; rename one")
        self._jobs[one.name] = one
        self._by_path.clear()
        self._schedules = None

    def get(self, name: str) -> Job:
        """The job of that name.

        Raises:
            UnknownJob: there is none.
        """
        try:
            return self._jobs[name]
        except KeyError:
            raise UnknownJob(name) from None

    def resolve(self, func_name: str) -> Job:
        """The job that a task's function name means, without importing anything.

        Both `league.generate_schedule` and an import path such as `jobs.league.generate_schedule`
        are understood, also when the function has moved inside its package since.

        Raises:
            UnknownJob: nothing in the catalog is called so.
        """
        found = self._jobs.get(func_name) or self._by_path.get(func_name)
        if found is not None:
            return found
        module, _, function = func_name.rpartition(".")
        if "jobs" not in module.split("."):
            raise UnknownJob(func_name)
        try:
            found = self.get(name_of(module, function))
        except (UnknownJob, CatalogError):
            raise UnknownJob(func_name) from None
        if found.path == func_name:  # of others there may be any number
            self._by_path[func_name] = found
        return found

    def preload(self, queues: Iterable[str]) -> None:
        """Import what the jobs of these queues want imported before a fork.

        Raises:
            CatalogError: there is no such module.
        """
        taken = set(queues)
        for one in self:
            for module in one.preload if one.queue in taken else ():
                try:
                    importlib.import_module(module)
                except ImportError as error:
                    raise CatalogError(f"{one.name}: preload {module!r}: {error}") from None

    def schedules(self) -> dict[str, ScheduleSpec]:
        """All declared schedules by name.

        Raises:
            CatalogError: one of them is no schedule.
        """
        if self._schedules is None:
            self._schedules = {
                name: declared_schedules.read(one.name, one.parameters, name, each)
                for one in self
                for name, each in one.schedule_names().items()
            }
        return self._schedules

    def check(self) -> None:
        """Check what only the whole catalog can show.

        Raises:
            CatalogError: an unknown queue, two schedules of one name, or a schedule's parameters do not bind.
        """
        seen: dict[str, str] = {}
        for one in self:
            if one.queue not in self.queues:
                raise CatalogError(
                    f"{one.name}: unknown queue {one.queue!r}; the queues are {', '.join(self.queues)}"
                )
            if len(one.schedule_names()) != len(one.schedules):
                raise CatalogError(f"{one.name}: several schedules need a name each: every('5m', name='…')")
            for name in one.schedule_names():
                if name in seen:
                    raise CatalogError(
                        f"{one.name}: schedule {name!r} is also declared by {seen[name]}; rename one"
                    )
                seen[name] = one.name
                declared_schedules.check(one.name, name, self.schedules()[name])


catalog = Catalog()
"""The catalog of this process. `load()` fills it."""


def job(
    *,
    queue: str = "default",
    timeout: Duration = keys.TIMEOUT,
    result_ttl: Duration = keys.RESULT_TTL,
    failure_ttl: Duration = keys.FAILURE_TTL,
    retries: int = 0,
    backoff: Backoff = "exponential",
    base: Duration = 10,
    retry_on: type[BaseException] | ExceptionTypes = Exception,
    give_up_on: type[BaseException] | ExceptionTypes = (),
    schedules: Sequence[Declared | AnyTrigger | str] = (),
    access: Access = "admin",
    overlap: bool = True,
    unique: bool = False,
    fallback: Fallback | Literal["inline"] = "wait",
    preload: Sequence[str] = (),
    can_finish: bool = False,
    into: Catalog | None = None,
) -> Callable[[F], F]:
    """Declare the function below as a job. It stays the plain function that it is.

    Args:
        queue: a queue named in `jobs/__init__.py`.
        timeout: how long a task may run, e.g. "10m".
        result_ttl: how long a finished task and its result are kept.
        failure_ttl: how long a failed task is kept.
        retries: how often a failure is tried again.
        backoff: "exponential" doubles the wait each time, "fixed" does not.
        base: the wait before the first retry.
        retry_on: exceptions that are tried again.
        give_up_on: exceptions that never are.
        schedules: when it recurs, e.g. `[every("5m"), cron("0 2 * * *", name="nightly")]`, or "Every 3
            hours".
        access: "public" or "admin": who may start it over HTTP.
        overlap: whether two of its tasks may run at once.
        unique: at most one unfinished task for the same parameters.
        fallback: what an enqueue does when no worker listens to the queue, or Redis is away. "wait": the task
            waits for a worker, and without Redis the answer is 503. "refuse": 503 in both cases.
            `Inline(timeout="20s", at_most={"limit": 10})`, or "inline" for its defaults: it runs in a child
            process of the web process within these limits.
        preload: heavy modules that its function imports; a worker that takes its queue imports them once,
            before it forks, and other processes never do.
        can_finish: its function asks `finishing()` and ends early with a result when that is true.
        into: another catalog than this process's, for tests.

    Raises:
        CatalogError: the declaration is broken; one line that names the job and what would be right.
    """

    def declare(func: F) -> F:
        name = name_of(func.__module__, func.__name__)
        doc = parameters.parse_docstring(func)
        try:
            read = parameters.read(name, func, doc)
            made = Job(
                name=name,
                func=func,
                queue=queue,
                timeout=_whole(timeout),
                result_ttl=_whole(result_ttl),
                failure_ttl=_whole(failure_ttl),
                retry=policy(retries, backoff, base, retry_on, give_up_on),
                schedules=tuple(declared(one) for one in schedules),
                access=_one_of("access", access, ("public", "admin")),
                overlap=overlap,
                unique=unique,
                fallback=limited.declared(fallback, read, overlap),
                preload=tuple(preload),
                can_finish=can_finish,
                summary=doc.short_description or "",
                text=doc.long_description or "",
                parameters=read,
                returns=parameters.read_result(name, func),
            )
        except (ValueError, TypeError, ScheduleError) as error:
            raise CatalogError(f"{name}: {error}") from None
        (catalog if into is None else into).add(made)
        return func

    return declare


def name_of(module: str, function: str) -> str:
    """The catalog's name of a function: the package under `jobs`, a dot, the function.

    Raises:
        CatalogError: the function stands in `jobs/__init__.py` itself.
    """
    parts = module.split(".")
    below = parts[parts.index("jobs") + 1 :] if "jobs" in parts else parts[-1:]
    if not below:
        raise CatalogError(
            f"{function}: a job belongs in a module or package of jobs/, not in jobs/__init__.py"
        )
    return f"{below[0]}.{function}"


def load(package: str = "jobs") -> Catalog:
    """Import every module of `package` so that its jobs declare themselves, and check the whole.

    Raises:
        CatalogError: a declaration is broken; one line that names it.
    """
    root = importlib.import_module(package)
    catalog.queues.update(root.QUEUES)
    for module in pkgutil.iter_modules(root.__path__):
        importlib.import_module(f"{package}.{module.name}")
    catalog.check()
    return catalog


def _whole(value: Duration) -> int:
    length = round(seconds(value))
    if length < 1:
        raise ValueError(f"a time to live or limit is at least 1 second, got {value!r}")
    return length


def _one_of(what: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise ValueError(f"{what} is {' or '.join(repr(one) for one in allowed)}, got {value!r}")
    return value
