"""Setting a node up, and keeping it: folder, keys, database, copies."""

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from verbale.node.errors import EnvironmentFault, UserError
from verbale.node.home import Config, Home
from verbale.protocol import Credentials, Keystore, PrivateKeys, is_node

__all__ = ["back_up", "create_home", "prepare_database", "unlock"]


def create_home(home: Home, config: Config, passphrase: str) -> Credentials:
    """Make the folder, the keys and the first credentials. Needs no Django. Raises UserError naming the field."""
    _check(config)
    if home.exists() or home.credentials.exists():
        raise UserError(f"there is a node in {home.path} already")
    home.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.path.chmod(0o700)
    home.blobs.mkdir(exist_ok=True, mode=0o700)
    keys = PrivateKeys.generate()
    credentials = Credentials.create(
        keys,
        node=config.node,
        name=config.name,
        kind=config.kind,
        endpoint=config.endpoint,
        issued=datetime.now(UTC),
    )
    Keystore(config.node, (keys,)).save(home.keystore, passphrase)
    home.credentials.write_bytes(credentials.to_bytes() + b"\n")
    # Last, since it is what says that a node is here.
    home.save_config(config)
    return credentials


def _check(config: Config) -> None:
    if not is_node(config.node):
        raise UserError("a node's name has 2 to 24 capital letters, digits and hyphens, a letter first", "state")
    if config.kind not in ("state", "organisation"):
        raise UserError("the kind is state or organisation", "kind")
    if not config.name.strip() or len(config.name) > 200:
        raise UserError("the formal name has 1 to 200 characters", "name")
    if not re.fullmatch(r"#[0-9a-f]{6}", config.colour):
        raise UserError("the colour is written #rrggbb", "colour")
    if config.endpoint and not re.fullmatch(r"https?://[^\s/]+(/[^\s]*)?", config.endpoint):
        raise UserError("the endpoint is an address such as https://node.mfa.example", "endpoint")
    try:
        ZoneInfo(config.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise UserError(f"{config.time_zone} is no IANA time zone", "time_zone") from None


def prepare_database() -> None:
    """Create or update the tables."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def unlock() -> None:
    """Open the private keys and look into the database before anything is served, so that a fault shows at once."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    from verbale.node.identity import local

    local()
    try:
        executor = MigrationExecutor(connection)
        behind = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise EnvironmentFault(f"the database cannot be used: {error}") from None
    if behind:
        raise EnvironmentFault("the database is not of this version; run: verbale migrate")


def back_up(target: Path) -> dict[str, int]:
    """Copy database, keys, credentials, configuration and attachments. SQLite only: PostgreSQL has its own tools.

    Attachments are copied last: what the database names is then on the disk.
    """
    from django.conf import settings
    from django.db import connection

    from verbale.node.models import ActRecord, Attachment

    if connection.vendor != "sqlite":
        raise UserError("a node on PostgreSQL is backed up with pg_dump and a copy of its folder: see docs/operator.md")
    if target.exists():
        raise UserError(f"{target} exists already")
    home: Home = settings.HOME
    target.mkdir(parents=True, mode=0o700)
    try:
        with (
            closing(sqlite3.connect(home.database)) as source,
            closing(sqlite3.connect(target / home.database.name)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        shutil.rmtree(target)
        raise EnvironmentFault(f"the database cannot be copied: {error}") from None
    for file in (home.keystore, home.credentials, home.config_file, home.path / "secret"):
        if file.exists():
            shutil.copy2(file, target / file.name)
    shutil.copytree(home.blobs, target / home.blobs.name)
    return {"acts": ActRecord.objects.count(), "files": Attachment.objects.count()}
