"""The worker's core on every server that it promises to run on: Redis 6.2, Redis 7, Valkey 9.

`python -m tests.compat` prints which of them passed, and how long the worker's script holds them;
tests/compat/test_servers.py is the same with a verdict.
"""
