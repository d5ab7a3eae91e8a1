"""The independent validator, a rule at a time; ``jobs.league.validate`` is its door."""
