"""How fast is the worker, beside its peers? `python -m benchmarks.worker` measures all of them in one run."""
