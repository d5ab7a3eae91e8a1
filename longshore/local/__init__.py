"""The house on one machine: Redis, web, worker and clock under one command, for a laptop and for tests.

This package owns starting, watching and stopping processes. It does not know what they do: commands
come from the Procfile. Nothing of it runs on Heroku, systemd or Docker, which have their own.
"""
