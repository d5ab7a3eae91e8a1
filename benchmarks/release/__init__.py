"""How long the release check takes."""
