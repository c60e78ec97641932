"""What all commands share: Django set up only where it is needed, one way to print, one way to fail.

Exit codes: 0 done, 1 refused or does not hold (the reason in one sentence on standard error), 2 wrong usage.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = [
    "As",
    "Json",
    "Submit",
    "Trust",
    "console",
    "django",
    "drafted",
    "fail",
    "one",
    "person",
    "refusing",
    "said",
    "show",
    "table",
    "told",
    "trusted",
]

console = Console(soft_wrap=True)
_errors = Console(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
As = Annotated[str, typer.Option("--as", help="User name of the person on whose behalf this is done.")]
Submit = Annotated[bool, typer.Option("--submit", help="Put it before the head of mission at once.")]
Trust = Annotated[
    list[Path] | None,
    typer.Option(help="Credentials file that you compared out of band; may be given several times.", exists=True),
]

T = TypeVar("T")


def fail(message: str, code: int = 1) -> typer.Exit:
    """Say why, on one line, and end; use as `raise fail(…)`."""
    line = " ".join(message.split())
    _errors.print(f"[red]verbale:[/red] {escape(line)}", highlight=False)
    return typer.Exit(code)


def refusing(command: Callable[..., T]) -> Callable[..., T]:
    """Turn every refusal of the floors below into one sentence and exit code 1."""

    @wraps(command)
    def inner(*arguments: Any, **named: Any) -> T:
        from verbale.intel import ReportError
        from verbale.knowledge import PackError
        from verbale.node.errors import NodeError
        from verbale.node.home import HomeError
        from verbale.protocol import ProtocolError

        try:
            return command(*arguments, **named)
        except (NodeError, ProtocolError, ReportError, PackError, HomeError) as error:
            raise fail(str(error)) from None
        except (OSError, UnicodeError) as error:
            raise fail(str(error)) from None
        except Exception as error:
            # Imported only here: commands on files alone should not load Django.
            from django.db import DatabaseError

            if isinstance(error, DatabaseError):
                raise fail(f"the database cannot be used: {error}") from None
            raise

    return inner


def django(*, home: bool = True) -> None:
    """Make the models usable. Raises HomeError when there is no node in the folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verbale.node.settings")
    from verbale.node.home import Home

    if home:
        Home.here().config()
    import django as library

    library.setup()


def person(username: str) -> Any:
    """The active person of that name."""
    from verbale.node.errors import UserError
    from verbale.node.models import User

    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        raise UserError(f"there is no active person named {username}")
    return found


def show(as_json: bool, value: Any, text: Callable[[], None]) -> None:
    """Print a value as JSON or as text for a person."""
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        text()


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """A plain table; what comes from elsewhere is never read as markup."""
    grid = Table(*columns, title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    console.print(grid)


def one(rows: Any, identifier: str, several: str, none: str) -> Any:
    """The row of which the id, or the beginning of it, is given. Raises UserError: `x names several acts here`."""
    from verbale.node.errors import UserError

    found = list(rows.filter(pk__startswith=identifier)[:2]) if identifier else []
    if len(found) != 1:
        raise UserError(f"{identifier} names {several if found else none} here")
    return found[0]


def said(record: Any, as_json: bool, sentence: str) -> None:
    """Tell of an act that was made."""
    from verbale.node.api import act_json

    show(as_json, act_json(record), lambda: console.print(escape(sentence), highlight=False))


def drafted(fields: Any, user: Any, submit: bool, as_json: bool) -> None:
    """Make a draft, put it before the head of mission if asked to, and tell of it."""
    from verbale.node import drafts

    told(drafts.create(fields, user), user, submit, as_json)


def told(draft: Any, user: Any, submit: bool, as_json: bool, **more: Any) -> None:
    """Tell of a draft that was made, after it was put before the head of mission if asked to."""
    from verbale.node import drafts

    if submit:
        drafts.submit(draft, user)
    value = {"draft": str(draft.pk), "type": draft.type, "status": draft.status, "to": draft.audience, **more}
    label = f"{drafts.label_of(draft)} {more['number']}" if "number" in more else drafts.label_of(draft)
    sentence = f"Draft {str(draft.pk)[:8]}: {label} to {', '.join(draft.audience)}, {draft.status}."
    show(as_json, value, lambda: console.print(escape(sentence), highlight=False))


def trusted(paths: Iterable[Path] | None) -> dict[str, Any]:
    """Credentials from files, by node."""
    from verbale.protocol import Credentials

    found = [Credentials.from_bytes(path.read_bytes()) for path in paths or ()]
    return {credentials.node: credentials for credentials in found}
