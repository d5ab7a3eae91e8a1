"""How long a schedule takes, how good it is and what memory it needs."""
