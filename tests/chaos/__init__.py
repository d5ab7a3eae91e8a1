"""Proof that no task is lost: workers and Redis are killed at random while thousands of tasks run.

`python -m tests.chaos` prints the figures; tests/chaos/test_chaos.py is the same with a verdict.
"""
