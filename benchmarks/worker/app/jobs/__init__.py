"""A catalog with nothing in it but what the benchmark runs."""

QUEUES = {
    "default": "what is measured",
    "second": "for a worker with several queues",
    "third": "for a worker with several queues",
}
