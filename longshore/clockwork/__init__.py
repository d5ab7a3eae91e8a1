"""The parts of the clock: looking, deciding, firing, and keeping Redis in step with SQL and the code.

`look` asks Redis what is due, `decide` says what becomes of each slot, `fire` does it, `foreign` treats what
others have put into rq-scheduler and RQ's delayed tasks, `hold` and `keeper` keep the schedules where they
belong. All that changes Redis is a script which first asks whether this clock still leads and whether the
slot is still the one.
"""
