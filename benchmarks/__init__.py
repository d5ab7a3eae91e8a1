"""Side-by-side measurements against the peers. Each package runs with one command."""
