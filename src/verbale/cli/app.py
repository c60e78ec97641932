"""All commands in one tree."""

import os
from pathlib import Path
from typing import Annotated

import typer

from verbale import __version__
from verbale.cli import (
    assess,
    assistance,
    deeds,
    demo,
    directory,
    feeds,
    files,
    forum,
    intel,
    intel_worth,
    matters,
    overlap,
    packs,
    partners,
    people,
    pouch,
    precedents,
    register,
    relations,
    server,
    story,
    talks,
)
from verbale.cli.base import console

__all__ = ["app", "main"]

app = typer.Typer(
    name="verbale",
    help="The software with which a state runs its cyber diplomacy.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
)


def _version(asked: bool) -> None:
    if asked:
        console.print(__version__)
        raise typer.Exit


@app.callback()
def common(
    home: Annotated[
        Path | None, typer.Option(help="Folder of the node; VERBALE_HOME, or ./verbale-node, when not given.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Every command takes --help; most take --json."""
    if home is not None:
        os.environ["VERBALE_HOME"] = str(home)


files.install(app)
server.install(app)
app.command("demo", help="Play a case in five steps between three nodes on this machine, and leave them running.")(
    demo.demo
)
app.add_typer(packs.app, name="packs", help="Packs of reference data: list, show, check, add, compare.")
app.add_typer(people.app, name="user", help="People of the node.")
app.add_typer(people.tokens, name="token", help="Tokens of the REST API.")
app.add_typer(partners.app, name="partner", help="Partner nodes and their credentials.")
app.add_typer(partners.credentials, name="credentials", help="This node's own credentials and keys.")
app.add_typer(matters.incident, name="incident", help="Incidents.")
app.add_typer(matters.note, name="note", help="Notes: draft, submit, clear, acknowledge.")
app.add_typer(matters.matter, name="matter", help="Dossiers and acts.")
app.add_typer(talks.app, name="talks", help="Talks: invite, accept, minutes, commitments, calendar.")
app.add_typer(assistance.app, name="assistance", help="Requests for assistance, and offers.")
app.add_typer(forum.app, name="forum", help="Sessions: verify a vote from its signed acts.")
app.add_typer(overlap.app, name="overlap", help="Private overlaps: what goes in, the computation, what was learnt.")
app.add_typer(directory.app, name="directory", help="Points of contact, and communication checks.")
app.command("assess", help="What a file of facts engages: norms, rules of law, responses; with reasons.")(assess.assess)
intel_worth.install(intel.app)
app.add_typer(intel.app, name="intel", help="Intelligence held: shelves, bundles in and out, accounts of partners.")
feeds.install(intel.app)
app.add_typer(precedents.app, name="precedents", help="Incidents of others: import the public tables, find like cases.")
app.command("say", help="Say one thing in a matter, or open one; what needs clearance becomes a draft.")(deeds.say)
app.command("deeds", help="What can be said in the kinds of matter, with its fields.")(deeds.deeds)
app.command("story", help="A case step by step; with --proof every act, verified.")(story.story)
app.command("judgement", help="What we make of a case: severity, attribution, norms, law, options, what is unknown.")(
    story.judgement
)
app.command("relations", help="Which instruments bind two states or more on a day, and what they oblige to.")(
    relations.relations
)
app.add_typer(pouch.app, name="pouch", help="The pouch: acts in a sealed file.")
app.add_typer(register.app, name="register", help="The register: head, proofs, export, self-check.")
app.add_typer(register.outbox, name="outbox", help="What is on its way.")


def main() -> None:
    """Entry point."""
    app()
