"""A node's folder for this test process, made before Django reads its settings (loaded by `-p tests.home`)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from verbale.node.home import Config, Home
from verbale.node.setup import create_home

PASSPHRASE = "of the tests only"

_folder = Path(tempfile.mkdtemp(prefix="verbale-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["VERBALE_HOME"] = str(_folder / "node")
os.environ["VERBALE_PASSPHRASE"] = PASSPHRASE
os.environ.pop("VERBALE_PASSPHRASE_FILE", None)
os.environ["VERBALE_LOG"] = "ERROR"
create_home(
    Home.here(),
    Config("CR", "Republic of Crimson", endpoint="http://127.0.0.1:1", capital="Port Crimson", colour="#8a1c2b"),
    PASSPHRASE,
)
