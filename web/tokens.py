"""API tokens: made, checked, listed and revoked, in SQL.

A token is `ls_<id>_<secret>`. Only a SHA-256 of the secret is stored: the secret has 256 bits of
randomness, so no slow hash is needed, and who reads the table cannot use what is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from longshore.storage import Base, Instant, session_scope

Scope = Literal["admin"]
PREFIX = "ls"


class Token(Base):
    """A row of the table of tokens."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    scope: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Instant())
    expires_at: Mapped[datetime] = mapped_column(Instant())
    revoked_at: Mapped[datetime | None] = mapped_column(Instant())


@dataclass(frozen=True)
class Identity:
    """Who a valid token says is asking."""

    token_id: str
    scope: str
    label: str


def create(scope: Scope, label: str, days: int, now: datetime | None = None) -> str:
    """Make a token and return it; it cannot be read again later.

    Args:
        scope: what it may do; "admin" may do everything.
        label: whom or what it is for, at most 100 characters.
        days: how long it lives.
        now: the time, injected for tests.
    """
    moment = now or datetime.now(UTC)
    token_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    row = Token(
        id=token_id,
        digest=_digest(secret),
        scope=scope,
        label=label[:100],
        created_at=moment,
        expires_at=moment + timedelta(days=days),
    )
    with session_scope() as session:
        session.add(row)
    return f"{PREFIX}_{token_id}_{secret}"


def check(token: str, now: datetime | None = None) -> Identity | None:
    """Who a token stands for, or None if it is wrong, expired or revoked."""
    prefix, _, rest = token.partition("_")
    token_id, _, secret = rest.partition("_")
    if prefix != PREFIX or not secret:
        return None
    with session_scope() as session:
        row = session.get(Token, token_id[:16])
    if row is None or not hmac.compare_digest(row.digest, _digest(secret)):
        return None
    return _alive(row, now)


def check_id(token_id: str, now: datetime | None = None) -> Identity | None:
    """Who a console session stands for: it was opened with this token, which must still be valid."""
    with session_scope() as session:
        row = session.get(Token, token_id)
    return _alive(row, now) if row else None


def revoke(token_id: str, now: datetime | None = None) -> bool:
    """Revoke a token by its id (the part between the underscores); False if there is none."""
    with session_scope() as session:
        row = session.get(Token, token_id)
        if row is None:
            return False
        row.revoked_at = row.revoked_at or now or datetime.now(UTC)
    return True


def every(now: datetime | None = None) -> list[Token]:
    """All tokens, newest first; those that expired over 30 days ago are forgotten meanwhile."""
    cutoff = (now or datetime.now(UTC)) - timedelta(days=30)
    with session_scope() as session:
        session.execute(delete(Token).where(Token.expires_at < cutoff))
        return list(session.scalars(select(Token).order_by(Token.created_at.desc())))


def _alive(row: Token, now: datetime | None) -> Identity | None:
    moment = now or datetime.now(UTC)
    if row.revoked_at is not None or row.expires_at <= moment:
        return None
    return Identity(row.id, row.scope, row.label)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
