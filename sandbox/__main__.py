"""`python -m sandbox`: serve made-up data on this machine until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from sandbox.odds.credits import MONTHLY
from sandbox.odds.recorded import CannotServe
from sandbox.registry import Options, upstreams
from sandbox.server import ADDRESS, Server
from sandbox.site import Site

PORT = 8001


def main() -> int:
    """Serve.

    Returns:
        The exit code: 0 after SIGTERM or Ctrl-C, 1 if it cannot serve.
    """
    for one in (signal.SIGTERM, signal.SIGINT):  # in the background of a script SIGINT begins as ignored
        signal.signal(one, _stop)
    given = _arguments()
    files = given.files or os.environ.get("SANDBOX_FILES")
    options = Options(given.seed, Path(files) if files else None, given.credits)
    what = f"Its odds were recorded and are in {files}." if files else "Its data are made up."
    try:
        server = Server(given.port, Site(upstreams(options), what))
    except OSError as error:
        print(f"sandbox: port {given.port} of {ADDRESS} cannot be had: {error.strerror}", file=sys.stderr)
        return 1
    except CannotServe as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return _serve(server, what)


def _serve(server: Server, what: str) -> int:
    print(f"{server.url} answers in place of the upstreams. {what}", flush=True)
    try:
        server.serve_forever()
    except SystemExit:
        return 0
    finally:
        server.server_close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=_port, default=PORT, help="where it listens, on 127.0.0.1 only")
    parser.add_argument(
        "--files", help="folder of recorded answers to serve in place of made-up ones; else SANDBOX_FILES"
    )
    parser.add_argument("--seed", type=int, default=1, help="another one makes another world")
    parser.add_argument("--credits", type=int, default=MONTHLY, help="credits a month of a key")
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError("a number from 1 to 65535")
    return int(text)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
