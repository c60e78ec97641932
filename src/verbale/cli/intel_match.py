"""The command `verbale intel match`: own logs against indicators. No node is needed but for those of a shelf."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from verbale.cli.base import Json, console, fail, refusing, show
from verbale.cli.intel_kept import Wanted
from verbale.cli.intel_kept import tell as tell_done

__all__ = ["install"]

_SHOWN = 50
_EXAMPLES = 10
_CELL = 500
_STEPS = {"indicators": "Indicators laid out", "logs": "Logs read", "match": "Matched"}

Logs = Annotated[list[Path], typer.Argument(help="Logs, or folders of logs: Zeek, ECS, CSV, Parquet.", exists=True)]
Indicators = Annotated[
    list[Path] | None,
    typer.Option(
        help="A STIX bundle, MISP events, a CSV of kind,value, or values a line.", exists=True, dir_okay=False
    ),
]


def install(app: typer.Typer) -> None:
    """Add the command."""
    app.command("match", help="Look for indicators in own logs (Zeek, ECS, CSV, Parquet).")(match)


@refusing
def match(
    logs: Logs,
    indicators: Indicators = None,
    shelf: Annotated[
        str, typer.Option(help="Indicators of this shelf instead: id, alias or title. The run is put on record.")
    ] = "",
    engine: Annotated[str, typer.Option(help="duckdb, or spark.")] = "duckdb",
    memory: Annotated[str, typer.Option(help="What the engine may take, as 4GB.")] = "",
    subdomains: Annotated[bool, typer.Option("--subdomains", help="Names below a domain count as the domain.")] = False,
    column: Annotated[
        list[str] | None, typer.Option(help="What a column of CSV or Parquet holds: name=kind or name=kind:role.")
    ] = None,
    log_format: Annotated[
        str | None, typer.Option("--format", help="zeek, json, csv or parquet; each file tells when not given.")
    ] = None,
    origin: Annotated[str, typer.Option(help="Who shared the indicators: a partner's node.")] = "",
    marking: Annotated[str | None, typer.Option(help="TLP of indicators that have none.")] = None,
    scratch: Annotated[
        Path | None, typer.Option(help="Folder for what is laid out meanwhile.", file_okay=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write all hits there as JSON.")] = None,
    sightings_out: Annotated[
        Path | None, typer.Option("--sightings", help="Write the hits there as a STIX bundle of sightings.")
    ] = None,
    identity: Annotated[str | None, typer.Option(help="Id of our identity object, for --sightings.")] = None,
    own_marking: Annotated[str | None, typer.Option(help="Our own TLP on what was seen; AMBER when not given.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="With --shelf: put the sightings on it.")] = False,
    tell: Annotated[bool, typer.Option("--tell", help="With --shelf: draft what partners can be told.")] = False,
    who: Annotated[str, typer.Option("--as", help="The person who drafts, for --tell.")] = "",
    ended: Annotated[
        bool, typer.Option("--ended", help="With --shelf: indicators too whose validity has ended.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Exit 0 when all logs were read, 1 when one could not be."""
    from verbale.intel.fields import STIX_ID
    from verbale.intel.matching import match as look
    from verbale.intel.matching import matched_json, sightings
    from verbale.intel.matching.logs import FORMATS
    from verbale.intel.tlp import tlp_word

    if engine not in ("duckdb", "spark"):
        raise typer.BadParameter("is duckdb or spark", param_hint="--engine")
    if log_format is not None and log_format not in FORMATS:
        raise typer.BadParameter(f"is one of {', '.join(FORMATS)}", param_hint="--format")
    if bool(shelf) == bool(indicators):
        raise typer.BadParameter("give --indicators or --shelf, one of the two", param_hint="--indicators")
    if not shelf and (keep or tell or ended):
        raise typer.BadParameter("--keep, --tell and --ended go with --shelf", param_hint="--shelf")
    if tell != bool(who):
        raise typer.BadParameter("--tell and --as go together", param_hint="--tell")
    ours, theirs = tlp_word(own_marking or "AMBER"), tlp_word(marking) if marking else None
    if ours is None or (marking and theirs is None):
        raise typer.BadParameter("is no TLP 2.0 word", param_hint="--own-marking" if ours is None else "--marking")
    wanted = None
    if shelf:
        wanted = Wanted(shelf, ours if own_marking else None, keep, who, ended, datetime.now(UTC), engine, subdomains)
        identity = identity or wanted.identity
    if sightings_out is not None and not (
        identity and identity.startswith("identity--") and STIX_ID.fullmatch(identity)
    ):
        raise typer.BadParameter("--sightings needs the id of an identity object", param_hint="--identity")
    files = list(_files(logs))
    with _Bar(quiet=as_json) as bar:
        matched = look(
            files,
            wanted.indicators() if wanted is not None else _all_indicators(indicators or [], origin, theirs),
            engine=engine,
            memory=memory,
            subdomains=subdomains,
            columns=_columns(column or []),
            format=log_format,
            scratch=scratch,
            progress=bar.tell,
        )
    value = matched_json(matched)
    if out is not None:
        out.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")
    if sightings_out is not None:
        assert identity is not None
        _write_bundle(sightings_out, sightings(matched.hits, identity=identity, marking=ours, at=datetime.now(UTC)))
    done = wanted.finish(matched) if wanted is not None else {}
    value |= done

    def text() -> None:
        _print(value)
        tell_done(done)

    show(as_json, value, text)
    broken = [account for account in matched.logs if account.failed]
    if broken:
        raise fail("; ".join(f"{account.path}: {account.failed}" for account in broken[:_EXAMPLES]))


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (found for found in sorted(path.rglob("*")) if found.is_file())
        else:
            yield path


def _all_indicators(paths: list[Path], origin: str, marking: str | None) -> Iterator[Any]:
    from verbale.intel.matching import read_indicators

    for path in paths:
        yield from read_indicators(path, origin=origin, marking=marking)


def _columns(written: list[str]) -> dict[str, Any]:
    from verbale.intel.matching import Field
    from verbale.intel.matching.kinds import FIELD_KINDS

    found = {}
    for text in written:
        name, equals, rest = text.rpartition("=")
        kind, _, role = rest.partition(":")
        if not equals or kind not in FIELD_KINDS | {"time"}:
            known = ", ".join(sorted(FIELD_KINDS | {"time"}))
            raise typer.BadParameter(f"{text}: name=kind, with a kind of {known}", param_hint="--column")
        found[name] = Field(kind, role)
    return found


class _Bar:
    """Progress on standard error, when somebody is looking."""

    def __init__(self, *, quiet: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[told]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=quiet,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def tell(self, step: str, done: float, whole: float) -> None:
        """As the matching has it."""
        if step not in self._tasks:
            for earlier in self._tasks.values():
                self._progress.update(earlier, completed=1, total=1)
            self._tasks[step] = self._progress.add_task(_STEPS[step], told="")
        told = (
            f"{done / 2**20:,.0f} MiB" if step == "logs" else f"{done:,.0f}" if step == "indicators" else f"{done:.0%}"
        )
        self._progress.update(self._tasks[step], completed=done, total=whole or None, told=told)


def _write_bundle(path: Path, objects: list[dict[str, Any]]) -> None:
    import uuid

    bundle = {"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": objects}
    path.write_text(json.dumps(bundle, ensure_ascii=False, indent=2), encoding="utf-8")


def _print(value: dict[str, Any]) -> None:
    found, indicators, logs = value["hits"], value["indicators"], value["logs"]
    rows = sum(account["rows"] for account in logs)
    console.print(
        f"{rows:,} rows of {len(logs):,} logs against {indicators['looked_for']:,} indicators: "
        f"{len(found):,}{' and more' if value['more'] else ''} hits.",
        highlight=False,
    )
    if found:
        # Folded, never cut: half an address is another address.
        grid = Table(header_style="bold", box=None, pad_edge=False)
        for name in ("Rows", "Kind", "Value", "Indicator", "From", "Last seen", "First found in"):
            grid.add_column(name, overflow="fold", justify="right" if name == "Rows" else "left")
        for hit in found[:_SHOWN]:
            marking = f"TLP:{hit['marking']}" if hit["marking"] else ""
            cells = (
                f"{hit['count']:,}",
                hit["kind"],
                hit["value"],
                f"{hit['name'] or hit['indicator']} {marking}".strip(),
                hit["origin"] or "–",
                hit["last"][:19].replace("T", " ") or "–",
                f"{hit['file']}:{hit['row']}",
            )
            grid.add_row(*(escape(cell[:_CELL]) for cell in cells))
        console.print(grid)
        if len(found) > _SHOWN:
            console.print(f"{len(found) - _SHOWN:,} more; --out or --json names them all.", highlight=False)
    if indicators["not_looked_for"]:
        console.print(f"{indicators['not_looked_for']:,} indicators are not matched here, because", highlight=False)
        for one in indicators["examples"][:_EXAMPLES]:
            console.print(escape(f"  {one['id']} {one['reason']}."), highlight=False)
    for account in logs:
        _print_account(account)


def _print_account(account: dict[str, Any]) -> None:
    unusable = sum(account["unusable"].values())
    said = [f"{account['bad']:,} of {account['rows']:,} rows cannot be read"] if account["bad"] else []
    if account["timeless"]:
        said.append(f"{account['timeless']:,} have no time")
    if unusable:
        fields = ", ".join(f"{name} {count:,}" for name, count in sorted(account["unusable"].items()))
        said.append(f"{unusable:,} values are none of their field's kind ({fields})")
    said += account["remarks"]
    if not said:
        return
    console.print(escape(f"{account['path']} ({account['format']}): {'; '.join(said)}."), highlight=False)
    for example in account["examples"][:_EXAMPLES]:
        console.print(escape(f"  row {example['row']}: {example['reason']}"), highlight=False)
