"""A pytest plugin that writes what each test did to a file, a JSON object a line, as it happens.

The file says more than an exit code when a test takes pytest down with it.
"""

from __future__ import annotations

import json
import os

import conformance_substitution as substitution
import pytest

_RANK = ("passed", "skipped", "failed")


def pytest_configure(config: pytest.Config) -> None:
    """Begin, if the classes under test really are in place."""
    _check_substitution(os.environ["CONFORMANCE_WORKER"])
    _check_scheduler(os.environ["CONFORMANCE_SCHEDULER"])
    config.pluginmanager.register(Recorder(os.environ["CONFORMANCE_REPORT"], config))


def _check_substitution(name: str) -> None:
    import rq
    from rq.worker import HerokuWorker, worker_classes

    stock = name == substitution.STOCK
    module, found = rq.Worker.__module__, rq.Worker
    in_place = module == "rq.worker.worker_classes" if stock else found is substitution.load(name)
    if not in_place or worker_classes.Worker is not found or not issubclass(HerokuWorker, found):
        raise pytest.UsageError(f"rq.Worker is {module}.{found.__qualname__} and not {name}")


def _check_scheduler(name: str) -> None:
    if name == substitution.STOCK:
        return  # RQ's own tests need no rq-scheduler
    import rq_scheduler
    from rq_scheduler.scripts import rqscheduler

    if not rq_scheduler.Scheduler is rqscheduler.Scheduler is substitution.load(name):
        raise pytest.UsageError(f"rq_scheduler.Scheduler is {rq_scheduler.Scheduler} and not {name}")


class Recorder:
    """Writes the report of one pytest process."""

    def __init__(self, path: str, config: pytest.Config) -> None:
        self._path, self._config = path, config
        self._pid = os.getpid()
        self._outcome, self._cause = "passed", ""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """What will run."""
        self._write(collected=[item.nodeid for item in session.items])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be imported."""
        if report.failed:
            self._write(test=report.nodeid, outcome="failed", cause=_cause(report))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """The test that is to blame if nothing follows."""
        self._outcome, self._cause = "passed", ""
        self._write(started=nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One phase or subtest of a test: the worst of them is what the test did."""
        if _RANK.index(report.outcome) > _RANK.index(self._outcome):
            self._outcome, self._cause = report.outcome, _cause(report)
        if report.failed:  # at once: pytest would say so at its end, which it may not see
            out = self._config.get_terminal_writer()
            out.line(f"\n_____ {report.nodeid} ({report.when})\n{report.longreprtext}\n{report.capstderr}")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """The test has ended."""
        self._write(test=nodeid, outcome=self._outcome, cause=self._cause)

    def _write(self, **line: object) -> None:
        if os.getpid() != self._pid:
            return  # a fork that ran out of its test into ours
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _cause(report: pytest.CollectReport | pytest.TestReport) -> str:
    """The line that pytest would put into its summary."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        text = crash.message
    elif isinstance(report.longrepr, tuple):
        text = report.longrepr[2]
    else:
        text = str(report.longrepr).strip().rpartition("\n")[2]
    return " ".join(text.split())[:300]
