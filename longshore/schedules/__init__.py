"""Schedules: what they say, where they are kept, what became of their slots.

`spec` is the form of one, `table` its row in SQL, `book` puts code and SQL together, `edits` changes them,
`entries` are their working copies in rq-scheduler, `ledger` holds what became of each slot. Firing is
`longshore.clock`'s business.
"""
