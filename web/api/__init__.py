"""The HTTP API: generic routes for jobs, tasks, queues and workers, and each system's own."""
