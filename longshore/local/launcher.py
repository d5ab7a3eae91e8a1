"""One command up: Redis and a sandbox if need be, migrations, then web, worker and clock until Ctrl-C.

This module owns the order in which things start and stop, and the words said when one of them cannot.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from honcho.environ import parse_procfile
from redis.exceptions import RedisError

from longshore import settings as settings_module
from longshore.connections import place, web_client
from longshore.errors import LongshoreError, SettingsError
from longshore.local import admin_token, commands, environment, first_look, ports, stand_in
from longshore.local.banner import MAKE_TOKEN, banner
from longshore.local.guard import Guard
from longshore.local.lock import Lock
from longshore.local.printer import HousePrinter
from longshore.local.readiness import ask_ready, wait_until_ready
from longshore.local.redis_server import RedisServer, is_left_over
from longshore.local.stand_in import StandIn
from longshore.local.supervisor import Supervisor
from longshore.settings import Settings

RELEASE = "release"
"""Line of the Procfile that runs to its end before the others start."""

TOKEN = "flask --app app token create --scope admin --label start.sh --quiet"  # noqa: S105 (a command)
"""Prints a bare admin token."""

REDIS_TIMEOUT = 5.0
"""Seconds that a given REDIS_URL has to answer."""


class CannotStart(LongshoreError):
    """The house cannot start. The text is what a person should read."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the house.

    Args:
        arguments: the command line, without the program's name.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM, 1 if it could not start, 2 if a setting is wrong.
    """
    parser = argparse.ArgumentParser(prog="python -m longshore.local", description=main.__doc__)
    parser.add_argument(
        "--procfile", type=Path, default=Path("Procfile"), help="what to run (default: Procfile)"
    )
    options = parser.parse_args(arguments)
    try:
        House(settings_module.load(), options.procfile).run()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except LongshoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


class House:
    """Everything that one start.sh runs.

    Args:
        settings: of this start.
        procfile: the file with the processes' commands.
    """

    def __init__(self, settings: Settings, procfile: Path) -> None:
        self.settings = settings
        self.procfile = procfile
        self._stop = threading.Event()
        self._stop_asked_at = 0.0
        self._supervisor: Supervisor | None = None
        self._stand_in: StandIn | None = None

    def run(self) -> None:
        """Start, serve until a signal comes, stop.

        Raises:
            LongshoreError: something needed is not there; nothing is left running.
        """
        self._handle_signals()
        lock = Lock(self.settings.var_dir)
        lock.take(say=_say)
        try:
            ports.check_free(self.settings.port)
            self._stand_in = stand_in.find(self.settings)
            lines = self._read_procfile()
            guard = Guard([lock.fd])
            try:
                with self._redis(guard, lock) as url:
                    self._serve(lines, url, guard)
            finally:
                guard.close()
        finally:
            lock.release()

    def _serve(self, lines: dict[str, str], redis_url: str, guard: Guard) -> None:
        decided = environment.decided(self.settings, redis_url, self._stand_in)
        env = environment.children(self.settings, redis_url, self._stand_in)
        self._release(lines.pop(RELEASE, None), env, guard)
        if self._stop.is_set():
            return
        variables = environment.write_variables(decided, self.settings.var_dir.absolute())
        supervisor = Supervisor(HousePrinter(), guard)
        self._supervisor = supervisor
        if self._stop.is_set():  # a signal came before it could be passed on
            supervisor.stop()
        for name, command in (self._own_lines() | lines).items():
            supervisor.add(name, command, env)
        herald = threading.Thread(target=self._announce, args=(supervisor, env, guard, variables))
        herald.start()
        try:
            supervisor.run()
        finally:
            self._stop.set()
            herald.join()
            supervisor.print_pending()
            variables.unlink(missing_ok=True)
        if supervisor.collapse is not None:
            raise CannotStart(supervisor.collapse)

    def _own_lines(self) -> dict[str, str]:
        """What runs beside the Procfile: the sandbox, first, so that it answers when a job asks."""
        command = self._stand_in.command if self._stand_in else None
        return {stand_in.NAME: command} if command else {}

    def _announce(
        self, supervisor: Supervisor, env: Mapping[str, str], guard: Guard, variables: Path
    ) -> None:
        """Print the banner when the processes are ready; make a token meanwhile if there is none."""
        port, folder = self.settings.port, self.settings.var_dir
        host = environment.reached_at(env)
        wanted = not self.settings.production
        old = admin_token.kept(folder) if wanted else None
        token = self._token(supervisor, env, guard) if wanted and old is None else old
        if not wait_until_ready(lambda: ask_ready(host, port), supervisor.say, self._stop.is_set):
            return
        supervisor.settle()
        if old is not None and not admin_token.is_good(host, port, old):
            token = self._token(supervisor, env, guard)
        if token is not None and token != old:
            admin_token.keep(folder, token)
        if old is None and token is not None and self._stand_in is not None:
            trouble = first_look.refresh(host, port, token)
            if trouble:
                supervisor.say(f"the odds come with the next slot of their schedule ({trouble})")
        supervisor.show(banner(f"http://{_shown(host)}:{port}", token, variables, self._stand_in))

    def _token(self, supervisor: Supervisor, env: Mapping[str, str], guard: Guard) -> str | None:
        outcome = commands.run(TOKEN, env, guard, self._stop.is_set)
        if outcome.code == 0:
            return outcome.stdout.strip().splitlines()[-1]
        if not self._stop.is_set():
            why = (outcome.stderr.strip() or "no output").splitlines()[-1]
            supervisor.say(f"no admin token could be made ({why}); try: {MAKE_TOKEN}")
        return None

    def _release(self, command: str | None, env: Mapping[str, str], guard: Guard) -> None:
        if command is None:
            return
        outcome = commands.run(command, env, guard, self._stop.is_set)
        if outcome.code != 0 and not self._stop.is_set():
            output = (outcome.stdout + outcome.stderr).strip()
            raise CannotStart(
                f"{output}\nThe release line of the Procfile failed (exit code {outcome.code}): {command}"
            )

    @contextlib.contextmanager
    def _redis(self, guard: Guard, lock: Lock) -> Iterator[str]:
        """The URL of a Redis that answers: the one that is set, or one of our own."""
        given, data = self.settings.redis_url, self.settings.var_dir / "redis"
        if "redis_url" in self.settings.model_fields_set and not is_left_over(given, data):
            _check_redis(given)
            yield given
            return
        server = RedisServer(data, keep_open=[lock.fd], die_with_parent=False)
        with server:
            pid = server.pid
            guard.add_last(pid)
            yield server.url
        guard.remove(pid)

    def _read_procfile(self) -> dict[str, str]:
        try:
            processes = dict(parse_procfile(self.procfile.read_text()).processes)
        except OSError as error:
            raise CannotStart(f"{self.procfile} cannot be read: {error}") from None
        if not set(processes) - {RELEASE}:
            raise CannotStart(f"{self.procfile} names no process, e.g. web: …")
        return processes

    def _handle_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        supervisor = self._supervisor
        # Some terminals and wrappers send the same signal twice at once: that is not impatience.
        if self._stop.is_set() and now - self._stop_asked_at > 1 and supervisor is not None:
            supervisor.hurry()
        if not self._stop.is_set():
            self._stop_asked_at = now
            self._stop.set()
            if supervisor is not None:
                supervisor.stop()


def _check_redis(url: str) -> None:
    client = web_client(url, pool_size=2, timeout=REDIS_TIMEOUT)
    try:
        client.ping()
    except (RedisError, OSError) as error:
        raise CannotStart(f"REDIS_URL is set, but Redis at {place(url)} does not answer: {error}") from None
    finally:
        client.close()


def _shown(host: str) -> str:
    """An address as people write it into a browser."""
    if host in (environment.HOST, "::1"):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _say(line: str) -> None:
    print(line, flush=True)
