"""What all commands share: Django set up only where it is needed, one way to print, one way to fail.

Exit codes: 0 done, 1 refused or does not hold (the reason in one sentence on standard error), 2 wrong usage.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

__all__ = ["As", "Json", "console", "django", "fail", "person", "refusing", "show", "table"]

console = Console(soft_wrap=True)
_errors = Console(stderr=True, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
As = Annotated[str, typer.Option("--as", help="User name of the person on whose behalf this is done.")]

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
