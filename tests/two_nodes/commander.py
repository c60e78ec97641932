"""Runs commands of `verbale` one after another in one process of a node. Run as a script by `nodes.Commander`.

Reads a list of arguments a line; answers with exit code, standard output and standard error.
"""

import contextlib
import io
import json
import sys
import traceback

from verbale.cli.app import app


def run(arguments: list[str]) -> tuple[int, str, str]:
    said, refused, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(refused):
        try:
            app(arguments, prog_name="verbale")
        except SystemExit as end:
            code = int(end.code or 0)
        except BaseException:
            code = 1
            refused.write(traceback.format_exc())
    return code, said.getvalue(), refused.getvalue()


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()
