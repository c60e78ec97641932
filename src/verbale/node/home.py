"""The folder of a node: its configuration, its keys, its embedded database, its attachments.

config.json      what the node is and how it is reached
keys.json        private keys, encrypted under the passphrase
credentials.json the public chain that partners pin
secret           Django's secret key
node.sqlite3     the database, unless DATABASE_URL names a PostgreSQL
blobs/           attachments, by SHA-256
matching/        small logs that were given on a page, until the worker has looked through them
precedents.json  incidents of others, imported from public tables; can be imported again at any time
"""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Config", "Home", "HomeError"]


class HomeError(Exception):
    """The folder of the node is missing, or its configuration cannot be read."""


@dataclass(frozen=True)
class Config:
    """What an operator decides when setting up a node."""

    node: str
    name: str
    kind: str = "state"
    endpoint: str = ""
    """Base URL under which partners reach this node; empty for pouch only."""
    language: str = "en"
    time_zone: str = "UTC"
    sync_seconds: int = 300
    """How often the head of the register is exchanged with each partner when nothing else is sent."""
    colour: str = "#1f4b99"
    """The colour of this state on plots and in its crest."""
    ministry: str = "Ministry of Foreign Affairs"
    capital: str = ""
    practice: bool = False
    """A demonstration node: it says so on every page and shows the second-factor code where one is asked for."""


@dataclass(frozen=True)
class Home:
    """A node's folder."""

    path: Path

    @classmethod
    def here(cls) -> "Home":
        """The folder that VERBALE_HOME names; `verbale-node` in the current folder otherwise."""
        return cls(Path(os.environ.get("VERBALE_HOME", "verbale-node")).resolve())

    @property
    def config_file(self) -> Path:
        return self.path / "config.json"

    @property
    def keystore(self) -> Path:
        return self.path / "keys.json"

    @property
    def credentials(self) -> Path:
        return self.path / "credentials.json"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def precedents(self) -> Path:
        return self.path / "precedents.json"

    @property
    def database(self) -> Path:
        return self.path / "node.sqlite3"

    def exists(self) -> bool:
        return self.config_file.exists()

    def config(self) -> Config:
        """Raises HomeError naming the file and what is wrong with it."""
        try:
            values = json.loads(self.config_file.read_text(encoding="utf-8"))
            return Config(**values)
        except FileNotFoundError:
            raise HomeError(f"there is no node in {self.path}; set one up with: verbale init") from None
        except (ValueError, TypeError) as error:
            raise HomeError(f"{self.config_file} cannot be read: {error}") from None

    def save_config(self, config: Config) -> None:
        text = json.dumps(asdict(config), ensure_ascii=False, indent=2) + "\n"
        self.config_file.write_text(text, encoding="utf-8")

    def secret(self) -> str:
        """Django's secret key, made on first use, readable by the owner only."""
        file = self.path / "secret"
        if not file.exists():
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(secrets.token_urlsafe(48))
        return file.read_text(encoding="ascii")

    def passphrase(self) -> str | None:
        """The passphrase of the private keys, from VERBALE_PASSPHRASE_FILE or VERBALE_PASSPHRASE."""
        if file := os.environ.get("VERBALE_PASSPHRASE_FILE"):
            try:
                return Path(file).read_text(encoding="utf-8").rstrip("\n")
            except OSError as error:
                raise HomeError(f"the passphrase file {file} cannot be read: {error.strerror}") from None
        return os.environ.get("VERBALE_PASSPHRASE")
