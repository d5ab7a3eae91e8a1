"""Jobs that only tests run."""

QUEUES = {"default": "general tasks", "second": "a queue that only tests use"}
