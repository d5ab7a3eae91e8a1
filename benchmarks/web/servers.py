"""The candidates: what to run for each, and nothing about measuring it. Each has one worker process."""

import sys
from dataclasses import dataclass
from pathlib import Path

BIN = Path(sys.executable).parent
BASELINE = "gunicorn gthread"
PLAIN_GRANIAN = "granian --interface wsgi --factory --host 127.0.0.1 --port {port} --workers-kill-timeout 10"
GRANIAN = f"{PLAIN_GRANIAN} --workers 1 --http 1 --no-ws"
GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers 1 --no-control-socket --graceful-timeout 10"
UVICORN = "uvicorn --host 127.0.0.1 --port {port} --no-access-log --timeout-graceful-shutdown 10"
APP = "benchmarks.web.app:create_app"


@dataclass(frozen=True)
class Server:
    """One candidate. `command` has a placeholder {port}; `flask` is false for the peer."""

    name: str
    command: str
    flask: bool = True

    def argv(self, port: int) -> list[str]:
        """The command line for this port, with the program taken from beside the running interpreter."""
        program, *rest = self.command.format(port=port).split()
        return [str(BIN / program), *rest]


SERVERS = (
    Server("granian", f"{GRANIAN} --blocking-threads 64 {APP}"),
    Server(BASELINE, f"{GUNICORN} --threads 64 {APP}()"),
    Server("gunicorn sync", f"{GUNICORN} --worker-class sync {APP}()"),
    Server("uvicorn FastAPI+Celery", f"{UVICORN} benchmarks.web.peer:app", flask=False),
)

VARIANTS = (
    Server("granian, defaults", f"{PLAIN_GRANIAN} {APP}"),
    Server("granian, 8 threads", f"{GRANIAN} --blocking-threads 8 {APP}"),
    Server(
        "granian, 2 runtime threads",
        f"{GRANIAN} --blocking-threads 64 --runtime-threads 2 {APP}",
    ),
    Server(
        "granian, backpressure 64",
        f"{GRANIAN} --blocking-threads 64 --backpressure 64 {APP}",
    ),
    Server("granian, access log", f"{GRANIAN} --blocking-threads 64 --access-log {APP}"),
    Server("gunicorn gthread, 8 threads", f"{GUNICORN} --threads 8 {APP}()"),
    Server("gunicorn gthread, access log", f"{GUNICORN} --threads 64 --access-logfile - {APP}()"),
)
