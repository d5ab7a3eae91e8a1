"""`python -m benchmarks.web`: load the candidates in alternating rounds, probe each, and print tables."""

import argparse
import signal
import sys
from collections.abc import Sequence

from redis import Redis

from benchmarks.web import load
from benchmarks.web.client import seconds_to_answer
from benchmarks.web.probes import Behaviour, observe
from benchmarks.web.process import redis_server, resident_mb, seconds_to_stop, serving
from benchmarks.web.report import Figures, behaviour_table, load_table
from benchmarks.web.servers import BASELINE, SERVERS, VARIANTS, Server

WARM_UP_SECONDS = 1


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print. Ends every process that it started, also when interrupted or terminated."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers end here, too
    options = _parse(arguments)
    servers = _chosen(options)
    with redis_server() as redis_url:
        if options.rounds:
            figures = _load(servers, redis_url, options.rounds, options.seconds)
            print(load_table(figures, BASELINE), end="\n\n", flush=True)
        if options.probes:
            print(behaviour_table({server.name: _probe(server, redis_url) for server in servers}))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="over all servers; 0 for no load (default 5)")
    parser.add_argument("--seconds", type=float, default=4, help="length of each load (default 4)")
    parser.add_argument("--only", action="append", metavar="SERVER", help="this server only; may be repeated")
    parser.add_argument("--variants", action="store_true", help="the same servers with other options, too")
    parser.add_argument("--no-probes", dest="probes", action="store_false", help="measure the load only")
    return parser.parse_args(arguments)


def _chosen(options: argparse.Namespace) -> list[Server]:
    servers = SERVERS + (VARIANTS if options.variants else ())
    return [server for server in servers if not options.only or server.name in options.only]


def _load(servers: list[Server], redis_url: str, rounds: int, seconds: float) -> dict[str, Figures]:
    figures = {server.name: Figures() for server in servers}
    for number in range(rounds):
        for server in _rotated(servers, number):
            _say(f"round {number + 1} of {rounds}: {server.name}")
            _measure(server, figures[server.name], redis_url, seconds)
    return figures


def _rotated(servers: list[Server], number: int) -> list[Server]:
    """Another server goes first in every round, so that none always follows an idle machine."""
    start = number % len(servers)
    return servers[start:] + servers[:start]


def _measure(server: Server, figures: Figures, redis_url: str, seconds: float) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    with serving(server, redis_url) as (process, port):
        seconds_to_answer(port)
        load.constant(port, WARM_UP_SECONDS)
        figures.constant.append(load.constant(port, seconds))
        figures.enqueue.append(load.enqueue(port, seconds))
        figures.rss_mb.append(resident_mb(process.pid))
        figures.stop_idle.append(seconds_to_stop(process))


def _probe(server: Server, redis_url: str) -> Behaviour:
    _say(f"probing {server.name}")
    return observe(server, redis_url)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
