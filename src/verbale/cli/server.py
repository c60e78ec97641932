"""Commands that set a node up and run it."""

import getpass
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from verbale.cli.base import Json, console, django, fail, refusing, show

__all__ = ["install"]


def install(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help="Set up a node: folder, keys, credentials, database.")(init)
    app.command(help="Serve pages, API and exchange, and deliver in the background.")(serve)
    app.command(help="Deliver in the background without serving: for further hosts on PostgreSQL.")(worker)
    app.command(help="Bring the database to this version.")(migrate)
    app.command(help="Copy everything the node needs into a new folder, while it runs.")(backup)


@refusing
def init(
    state: Annotated[str, typer.Option(help="Name of the node: 2 to 24 capital letters, digits, hyphens, such as CR.")],
    name: Annotated[str, typer.Option(help="Formal name, such as 'Republic of Crimson'.")],
    kind: Annotated[str, typer.Option(help="state or organisation.")] = "state",
    endpoint: Annotated[str, typer.Option(help="Base URL for partners; empty for a node reached by pouch only.")] = "",
    ministry: Annotated[str, typer.Option(help="Who writes the notes.")] = "Ministry of Foreign Affairs",
    capital: Annotated[str, typer.Option(help="Place of the notes.")] = "",
    colour: Annotated[str, typer.Option(help="Colour of the crest, #rrggbb.")] = "#1f4b99",
    language: Annotated[str, typer.Option(help="Language of the pages for people who chose none.")] = "en",
    time_zone: Annotated[str, typer.Option(help="IANA time zone.")] = "UTC",
    practice: Annotated[bool, typer.Option(hidden=True)] = False,
    as_json: Json = False,
) -> None:
    """The passphrase of the keys comes from VERBALE_PASSPHRASE_FILE or VERBALE_PASSPHRASE, else it is asked for."""
    from verbale.node.home import Config, Home
    from verbale.node.setup import create_home

    home = Home.here()
    passphrase = home.passphrase()
    if passphrase is None:
        if not sys.stdin.isatty():
            raise fail("no passphrase for the private keys: set VERBALE_PASSPHRASE_FILE or VERBALE_PASSPHRASE")
        passphrase = getpass.getpass("Passphrase for the private keys: ")
        if passphrase != getpass.getpass("Again: "):
            raise fail("the two passphrases differ")
        os.environ["VERBALE_PASSPHRASE"] = passphrase
    config = Config(
        node=state,
        name=name,
        kind=kind,
        endpoint=endpoint.rstrip("/"),
        ministry=ministry,
        capital=capital,
        colour=colour.lower(),
        language=language,
        time_zone=time_zone,
        practice=practice,
    )
    credentials = create_home(home, config, passphrase)
    django()
    from verbale.node.setup import prepare_database

    prepare_database()
    from verbale.protocol import fingerprint_words

    words = " ".join(fingerprint_words(credentials.current.fingerprint))
    value = {"home": str(home.path), "node": state, "fingerprint": credentials.current.fingerprint, "words": words}

    def text() -> None:
        console.print(f"[bold]{name}[/bold] ({state}) is set up in {home.path}.", highlight=False)
        console.print(f"Fingerprint in words, for partners to compare: [bold]{words}[/bold]", highlight=False)
        console.print("Next: verbale user add …, then verbale serve.", highlight=False)

    show(as_json, value, text)


@refusing
def migrate() -> None:
    """Bring the database to this version."""
    django()
    from verbale.node.setup import prepare_database

    prepare_database()
    console.print("The database is up to date.")


@refusing
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 8000,
    deliver: Annotated[bool, typer.Option(help="Deliver from this process as well.")] = True,
) -> None:
    """Serve until interrupted. Put a reverse proxy with TLS in front of it: see docs/operator.md."""
    django()
    from verbale.node.setup import unlock

    unlock()
    import uvicorn

    from verbale.node.exchange.delivery import Worker

    background = Worker() if deliver else None
    if background is not None:
        background.start()
    try:
        uvicorn.run(
            "verbale.asgi:application",
            host=host,
            port=port,
            log_level="warning",
            # Streams stay open by design: they must not hold up the end.
            timeout_graceful_shutdown=2,
            lifespan="off",
            server_header=False,
        )
    finally:
        if background is not None:
            background.stop()


@refusing
def worker() -> None:
    """Deliver until interrupted."""
    django()
    import signal
    import threading

    from verbale.node.exchange.delivery import Worker
    from verbale.node.setup import unlock

    unlock()
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    background = Worker()
    background.start()
    done.wait()
    background.stop()


@refusing
def backup(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")], as_json: Json = False
) -> None:
    """A consistent copy; the private keys in it are encrypted under the same passphrase."""
    django()
    from verbale.node.setup import back_up

    told: dict[str, Any] = back_up(target)
    show(
        as_json, told, lambda: console.print(f"Copied {told['acts']} acts and {told['files']} attachments to {target}.")
    )
