"""`langnghe tokens`: who may send reports by HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from core.records.partners import declare_partner
from core.records.tokens import Scope, Token, create_token, revoke_token
from core.records.tokens import tokens as all_tokens
from langnghe.commands.console import account, house, output, print_json, print_table

app = typer.Typer(help="Tokens of partners that send reports by HTTP.", no_args_is_help=True)


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the token is for, as `111 web form`.")],
    source: Annotated[str, typer.Option(help="Id of the source that its reports belong to.")],
    source_name: Annotated[
        str | None,
        typer.Option(help="What the console calls the source; default: as it is known, or its id."),
    ] = None,
    scope: Annotated[list[Scope] | None, typer.Option(help="What it may do; default: send reports.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")] = 365,
) -> None:
    """Make a token; it is printed once."""
    from langnghe.importing import partner

    place = house(context)
    declare_partner(place.records, partner(place, source, source_name))
    scopes = scope or [Scope.REPORTS]
    secret, token = create_token(place.records, name, source, scopes, account(), timedelta(days=days))
    output.print(
        f"{token.id}: token {secret} (shown only now, valid until {token.expires_at:%Y-%m-%d})", markup=False
    )


@app.command("list")
def list_tokens(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List all tokens that were ever made, by whom, and who revoked them."""
    found = all_tokens(house(context).records)
    if json:
        print_json([token.model_dump(mode="json") for token in found])
        return
    columns = ("id", "name", "source", "scopes", "made", "by", "last used", "state")
    print_table("", columns, [_row(token) for token in found])


@app.command()
def revoke(context: typer.Context, token: Annotated[str, typer.Argument(help="The token's id.")]) -> None:
    """Revoke a token at once."""
    revoked = revoke_token(house(context).records, token, account())
    output.print(f"{revoked.id} ({revoked.name}): revoked", markup=False)


def _row(token: Token) -> tuple[str, ...]:
    if token.revoked_at is not None:
        state = f"revoked {token.revoked_at:%Y-%m-%d} by {token.revoked_by}"
    else:
        state = f"valid until {token.expires_at:%Y-%m-%d}" if token.valid(datetime.now(UTC)) else "expired"
    return (
        token.id,
        token.name,
        token.source_id,
        ", ".join(token.scopes),
        f"{token.created_at:%Y-%m-%d %H:%M}Z",
        token.created_by,
        f"{token.used_at:%Y-%m-%d %H:%M}Z" if token.used_at else "never",
        state,
    )
