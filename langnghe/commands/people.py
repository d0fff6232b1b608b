"""`langnghe users`: accounts of the console."""

from typing import Annotated

import typer

from core.records import people
from core.records.people import Role
from langnghe.commands.console import house, output, print_json, print_table

app = typer.Typer(help="Accounts of the console.", no_args_is_help=True)
Ask = Annotated[bool, typer.Option("--ask", help="Type the password instead of getting a random one.")]


@app.command()
def add(
    context: typer.Context,
    username: str,
    role: Annotated[Role, typer.Option(help="What the person is here for.")] = Role.ANALYST,
    name: Annotated[str, typer.Option(help="Shown in the console; default: the user name.")] = "",
    ask: Ask = False,
) -> None:
    """Make an account; a random password is printed once."""
    password = _password(ask)
    people.add_user(house(context).records, username, name or username, role, password)
    _tell(username, password, ask)


@app.command()
def passwd(context: typer.Context, username: str, ask: Ask = False) -> None:
    """Set a new password and end the account's sessions."""
    password = _password(ask)
    people.set_password(house(context).records, username, password)
    _tell(username, password, ask)


@app.command("list")
def list_users(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List all accounts."""
    rows = people.users(house(context).records)
    if json:
        print_json([u.model_dump(mode="json") for u in rows])
    else:
        print_table("", ("user", "name", "role"), [(u.username, u.name, u.role) for u in rows])


def _password(ask: bool) -> str:
    return (
        str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
        if ask
        else people.new_password()
    )


def _tell(username: str, password: str, ask: bool) -> None:
    if ask:
        output.print(f"{username}: password set")
    else:
        output.print(f"{username}: password {password} (shown only now)", markup=False)
