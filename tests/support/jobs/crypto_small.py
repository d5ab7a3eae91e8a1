"""A small job by the name that the crypto document gives its big one; that one is a matter of its own."""

from __future__ import annotations

from typing import Any

from longshore import job


@job()
def fetch_and_update_projects(filters: dict[str, Any] | None = None, limit: int = 10) -> int:
    """Say how many projects would be fetched.

    Args:
        filters: Which projects.
        limit: How many of them.
    """
    return int((filters or {}).get("max_results", limit))
