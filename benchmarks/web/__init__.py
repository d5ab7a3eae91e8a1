"""Which server should run the web process? `python -m benchmarks.web` measures the candidates."""
