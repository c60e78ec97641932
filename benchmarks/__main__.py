"""`python -m benchmarks [name ...]`: all measurements, or those named."""

import argparse
import os
import platform
import signal
import sys
import time
from datetime import UTC, datetime

from benchmarks import appends, bundles, day, forum, kernel, latency, law, matching, overlap, proofs, stix, taxii, terms

BENCHES = {
    "kernel": kernel.run,
    "appends": appends.run,
    "latency": latency.run,
    "proofs": proofs.run,
    "forum": forum.run,
    "law": law.run,
    "taxii": taxii.run,
    "bundles": bundles.run,
    "overlap": overlap.run,
    "matching": matching.run,
    "stix": stix.run,
    "terms": terms.run,
    "day": day.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}; all when none is given")
    chosen = parser.parse_args().names or list(BENCHES)
    if unknown := set(chosen) - set(BENCHES):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(BENCHES)}")
    # As an exception, so that what was started is ended and what was made is removed on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {load}. Each figure: median over rounds (smallest - largest).",
        flush=True,
    )
    for name in chosen:
        began = time.monotonic()
        BENCHES[name]()
        print(f"[{name}: {time.monotonic() - began:.0f} s]", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
