"""The same two tasks for each peer: one that returns its number, and one that returns the time."""
