"""The environment that holds servers of others as `requirements/peers.lock` has them: to measure beside, and to test
against.

python -m benchmarks.environment: makes it where it is missing.
"""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["peers_python"]

_ROOT = Path(__file__).resolve().parents[1]
_LOCK = _ROOT / "requirements" / "peers.lock"


def peers_python() -> Path:
    """Its Python; made on first use and when the lock has changed. VERBALE_PEERS names another folder, which is left as
    it is."""
    if given := os.environ.get("VERBALE_PEERS"):
        return Path(given) / "bin" / "python"
    venv = _ROOT / ".venv-peers"
    python, stamp = venv / "bin" / "python", venv / ".made"
    if not stamp.exists() or stamp.read_text() != _LOCK.read_text():
        print("Setting up servers of others, to compare with …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        install = ["install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", str(_LOCK)]
        subprocess.run([str(python), "-m", "pip", *install], check=True)
        stamp.write_text(_LOCK.read_text())
    return python


if __name__ == "__main__":
    peers_python()
