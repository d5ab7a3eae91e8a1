"""What runs: one package for each system, plain functions declared with `@job`.

The queues are named here, in the order in which a worker that takes all of them looks at them.
"""

QUEUES = {
    "default": "general tasks",
    "odds": "sports odds: reading prices and judging them",
    "schedules": "league schedule generation: minutes of solver time each",
    "maintenance": "upkeep of Longshore itself",
}
