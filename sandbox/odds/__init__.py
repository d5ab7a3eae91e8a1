"""Made-up odds: fixtures, what is likely, what books think of it, and how The Odds API writes it down."""
