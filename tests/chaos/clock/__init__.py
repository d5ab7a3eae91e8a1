"""Proof that each slot fires once: clocks are killed and stopped at random while hundreds of slots are due.

`python -m tests.chaos.clock` prints the figures; tests/chaos/clock/test_slots.py is the same with a verdict.
"""
