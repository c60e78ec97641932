"""Commands on people and their tokens."""

import getpass
import os
import secrets
import sys
from typing import Annotated

import typer

from verbale.cli.base import Json, console, django, fail, person, refusing, show, table

__all__ = ["app", "tokens"]

app = typer.Typer(no_args_is_help=True)
tokens = typer.Typer(no_args_is_help=True)


def _new_password() -> str:
    if given := os.environ.get("VERBALE_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        raise fail("no password: set VERBALE_PASSWORD, or call this at a terminal")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise fail("the two passwords differ")
    return password


@app.command("add", help="Add a person. The password comes from VERBALE_PASSWORD, else it is asked for.")
@refusing
def add(
    username: Annotated[str, typer.Argument(help="For the log-in.")],
    role: Annotated[
        list[str], typer.Option(help="desk, analyst, legal, negotiator, head, secretariat, auditor, operator.")
    ],
    first_name: Annotated[str, typer.Option()] = "",
    last_name: Annotated[str, typer.Option()] = "",
    post: Annotated[str, typer.Option(help="The office the person holds.")] = "",
    totp: Annotated[bool, typer.Option("--totp", help="Enrol an authenticator app now and print its secret.")] = False,
    as_json: Json = False,
) -> None:
    """Add a person."""
    django()
    from verbale.desk import second_factor
    from verbale.node import people

    made = people.create(
        username=username,
        password=_new_password(),
        roles=role,
        by="operator (command line)",
        first_name=first_name,
        last_name=last_name,
        post=post,
    )
    secret = ""
    if totp:
        import base64

        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        second_factor.enrol(made, secret)
    value = {"username": made.username, "roles": made.roles, "totp": secret or None}

    def text() -> None:
        console.print(f"{made.shown} can log in as {made.username}.", highlight=False)
        if secret:
            console.print(f"Secret for the authenticator app: {secret}", highlight=False)

    show(as_json, value, text)


@app.command("list", help="List the people.")
@refusing
def list_people(as_json: Json = False) -> None:
    """List the people."""
    django()
    from verbale.node.models import User

    rows = [
        {"username": u.username, "name": u.shown, "post": u.post, "roles": u.roles, "active": u.is_active}
        for u in User.objects.order_by("username")
    ]
    show(
        as_json,
        rows,
        lambda: table(
            ("User", "Name", "Post", "Roles", "Active"),
            [
                (r["username"], r["name"], r["post"], ", ".join(r["roles"]), "yes" if r["active"] else "no")
                for r in rows
            ],
        ),
    )


@app.command("password", help="Give a person a new password.")
@refusing
def password(username: str) -> None:
    """Give a person a new password."""
    django()
    from verbale.node import people

    people.set_password(person(username), _new_password(), by="operator (command line)")
    console.print("Done.")


@app.command("deactivate", help="A person may no longer log in.")
@refusing
def deactivate(username: str) -> None:
    """A person may no longer log in."""
    django()
    from verbale.node import people

    people.set_active(person(username), active=False, by="operator (command line)")
    console.print("Done.")


@app.command("reset-factor", help="Remove a lost second factor; the person sets up a new one at the next log-in.")
@refusing
def reset_factor(username: str) -> None:
    """Remove a second factor."""
    django()
    from allauth.mfa.models import Authenticator

    from verbale.node.access import audit

    found = person(username)
    Authenticator.objects.filter(user=found).delete()
    audit("operator (command line)", "reset second factor", detail=username)
    console.print("Done.")


@tokens.command("make", help="Make a token for the REST API and print it, once.")
@refusing
def make_token(
    username: str,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    may_clear: Annotated[
        bool, typer.Option("--may-clear", help="It may clear without a second factor at the time.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make a token."""
    django()
    from verbale.node.access import audit
    from verbale.node.models import ApiToken

    token = ApiToken.make(person(username), name, may_clear=may_clear)
    audit("operator (command line)", "made token", detail=f"{username}: {name}")
    show(as_json, {"token": token}, lambda: console.print(token, highlight=False))
