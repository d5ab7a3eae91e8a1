"""RQ's own tests, run with our worker in place of RQ's. See README.md."""
