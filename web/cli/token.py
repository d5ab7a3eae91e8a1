"""`flask token`: create, list, revoke."""

from __future__ import annotations

import click

from longshore import settings
from web import answers, tokens
from web.cli.shell import fail, plainly


@click.group("token")
def group() -> None:
    """Tokens for the API and the console."""


@group.command("create")
@click.option("--scope", type=click.Choice(["admin"]), default="admin", show_default=True)
@click.option("--label", default="", help="Whom or what it is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days it lives; TOKEN_DAYS unless given.")
@click.option("--quiet", is_flag=True, help="Print the bare token only.")
@plainly
def create(scope: tokens.Scope, label: str, days: int | None, quiet: bool) -> None:
    """Make a token and print it. It cannot be shown again."""
    life = days or settings.current().token_days
    token = tokens.create(scope, label, life)
    click.echo(token)
    if not quiet:
        click.echo(f"Valid for {life} days. Use: -H 'Authorization: Bearer {token}'", err=True)


@group.command("list")
@plainly
def list_tokens() -> None:
    """List the tokens by id; their secrets are not kept."""
    for one in tokens.every():
        state = "revoked" if one.revoked_at else f"until {answers.moment(one.expires_at)}"
        click.echo(f"{one.id}  {one.scope:<6} {state:<32} {one.label}")


@group.command("revoke")
@click.argument("token_id")
@plainly
def revoke(token_id: str) -> None:
    """Revoke a token, by its id or by the token itself."""
    wanted = token_id.split("_")[1] if token_id.startswith(f"{tokens.PREFIX}_") else token_id
    if not tokens.revoke(wanted):
        fail(f"there is no token {wanted}; flask token list shows them")
    click.echo("revoked")
