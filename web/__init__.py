"""How people reach Longshore: the HTTP API, the console, rq-dashboard behind a door, the command line."""
