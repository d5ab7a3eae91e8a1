"""The clock beside its peers; see benchmarks/README.md."""
