"""A catalog with nothing in it but what the benchmark of the clock fires."""

QUEUES = {"default": "what is measured"}
