"""From a league to its schedule: OR-tools does the solving, and nothing outside this package loads it."""
