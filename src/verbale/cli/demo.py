"""The demonstration, as a command."""

import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from verbale.cli.base import console, fail, refusing, table

__all__ = ["demo"]


@refusing
def demo(
    report: Annotated[
        Path | None,
        typer.Option(
            help="Any STIX 2.1 or MISP report; the Conti campaign when not given.", exists=True, dir_okay=False
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End the nodes when the case has been played.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write pouches, receipts and register exports here.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where the nodes live; made anew each time.")] = None,
) -> None:
    """Three nodes, one case in five steps: communication, talks, forum, norms, cooperation."""
    from verbale.demo.nodes import DemoError, NodeProcess, free_port
    from verbale.demo.play import connect, play, write_evidence
    from verbale.demo.scenario import CRIMSON, FORUM, LAZURIA, PASSWORD
    from verbale.demo.stage import Stage
    from verbale.intel import read_report_file

    shipped = Path(__file__).resolve().parent.parent / "demo" / "reports" / "conti-ransomware.json"
    read_report_file(report or shipped)  # a report that cannot be read should cost nobody a minute
    # Whoever ends the demonstration, however early, ends its nodes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    began = time.monotonic()
    place = folder or Path(tempfile.mkdtemp(prefix="verbale-demo-"))
    _make_room(place)
    nodes: list[NodeProcess] = []
    try:
        for side in (CRIMSON, LAZURIA, FORUM):
            nodes.append(NodeProcess(side, place / side.node.lower(), free_port(side.port)))
        console.print("Setting up three nodes …", highlight=False)
        for node in nodes:
            node.begin_set_up()
        for node in nodes:
            node.finish_set_up()
            node.start()
        for node in nodes:
            node.wait_until_up()
        connect(*nodes)
        stage = Stage(
            {node.side.node: node for node in nodes}, lambda line: console.print(f"· {escape(line)}", highlight=False)
        )
        played = play(stage, *nodes, report or shipped, report is None)
        table(
            ("#", "Who", "To", "Type", "Delivered", "Receipt verified"),
            [
                (number, act["who"], act["to"], act["type"], _word(act["delivered"]), _word(act["receipt"]))
                for number, act in enumerate(played.acts, 1)
            ],
            title=f"\nActs of the case, played in {played.seconds:.1f} s",
        )
        if once or out is not None:
            target = out or place / "out"
            files = write_evidence(nodes, played, target)
            console.print(
                f"\n{len(files)} files in {target}, each verified; try: verbale verify {target}/*", highlight=False
            )
        if once:
            return
        console.print(
            f"\nReady after {time.monotonic() - began:.0f} s. The nodes run on this machine until you press Ctrl-C.\n"
        )
        for node in nodes:
            console.print(f"[bold]{node.side.name}[/bold]  {node.url}", highlight=False)
            console.print(f"  the story of the case: {node.url}/cases/{played.case}/", highlight=False)
            console.print(f"  every act, with proof: {node.url}/cases/{played.case}/proof/", highlight=False)
            names = ", ".join(person.username for person in node.side.people)
            console.print(
                f"  log in as {names}; password {PASSWORD}; the second factor is shown on the page", highlight=False
            )
        _until_interrupted()
    except DemoError as error:
        raise fail(str(error)) from None
    finally:
        for node in nodes:
            node.stop()
        if folder is None:
            _clear(place)


def _clear(place: Path) -> None:
    """Of a folder that nobody asked for, leave what was written for the user, if anything was."""
    for path in place.iterdir():
        if path.is_dir() and path.name != "out":
            shutil.rmtree(path, ignore_errors=True)
    if not (place / "out").exists():
        shutil.rmtree(place, ignore_errors=True)


def _word(value: bool | None) -> str:
    return {True: "yes", False: "no", None: "stays in the house"}[value]


def _make_room(place: Path) -> None:
    """Empty the folder of an earlier demonstration; never one that holds anything else."""
    mark = place / ".verbale-demo"
    if place.exists() and any(place.iterdir()):
        if not mark.exists():
            raise fail(f"{place} is not empty and not of an earlier demonstration")
        shutil.rmtree(place)
    place.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _until_interrupted() -> None:
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    done.wait()
    console.print("\nEnding the nodes.")
