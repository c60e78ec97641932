"""Verifying a roll call from the signed acts alone: every signature, the rules of effect, the list, the tally. Pure.

Whoever holds the acts and trusts the organisation's credentials needs nobody's word for the result: the members'
credentials come in the acts that introduced them, and have to continue those that the reader has pinned, if any.

A bundle is a file of canonical JSON lines: `{"verbale":"roll-call","v":1,"vote":id,"credentials":{…}}` with the
organisation's credentials, one line `{"envelope":{…}}` an act, and `{"end": number of acts}`.

    result = verify_roll_call(envelopes, {"WF": credentials}, vote)
    result.holds or print(result.reason)
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from verbale.matters.forum.acts import BODIES
from verbale.matters.forum.fold import rule, title
from verbale.matters.forum.tally import Tally
from verbale.protocol import (
    Act,
    Credentials,
    Effect,
    Envelope,
    MalformedError,
    ProtocolError,
    State,
    canonical_bytes,
    fold,
    gettext_noop,
    parse_act,
)
from verbale.protocol.canonical import parse_object
from verbale.protocol.credentials import MAX_CREDENTIALS_BYTES
from verbale.protocol.encoding import is_version_1
from verbale.protocol.envelope import ACT_TYPE, MAX_ENVELOPE_BYTES

__all__ = [
    "LINE_LIMIT",
    "RollCall",
    "bears",
    "lawful_rule",
    "told",
    "verify_bundle",
    "verify_roll_call",
    "write_bundle",
]

LINE_LIMIT = MAX_ENVELOPE_BYTES + 1024
"""Bytes of one line of a bundle after the first."""
_WITHOUT_BEARING = ("forum.statement", "forum.explain", "forum.sponsor", "forum.withdraw-sponsor")
_SHARES = 16
"""Into so many shares the signatures are dealt out to threads."""
_NULL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True)
class RollCall:
    """What the acts show of one vote."""

    failure: Effect | None
    """Why the result does not hold, as a message id with its values; None when it holds."""
    vote: str = ""
    session: str = ""
    organisation: str = ""
    what: str = ""
    """`draft` or `amendment`."""
    sha256: str = ""
    """Of the text that was voted on."""
    majority: str = ""
    tally: Tally = field(default_factory=lambda: Tally(0, 0, 0))
    needed: int = 0
    carried: bool = False
    counted: tuple[tuple[str, str], ...] = ()
    """Node and choice, in the order of the roll."""
    absent: tuple[str, ...] = ()
    """Who could have voted, and of whom there is no vote."""
    uncounted: tuple[str, ...] = ()
    """Whose vote, dated before the close, the organisation does not list: it left the vote out, or the vote was late
    and dated back. A receipt of the organisation's register tells which."""
    signatures: int = 0
    """Acts whose two signatures were checked."""
    assumed: Mapping[str, str] = field(default_factory=dict)
    """Node to fingerprint, for credentials that came along and that the reader has still to compare."""

    @property
    def holds(self) -> bool:
        return self.failure is None

    @property
    def reason(self) -> str:
        return "" if self.failure is None else self.failure.sentence()


class _Fails(Exception):
    def __init__(self, reason: str, *about: str) -> None:
        super().__init__(reason)
        self.effect = Effect(reason, about)


def bears(type_name: str) -> bool:
    """Whether acts of this type can bear on the result of a vote: all that a bundle has to hold."""
    return type_name in BODIES and type_name not in _WITHOUT_BEARING


def verify_roll_call(
    envelopes: Iterable[Envelope | bytes],
    credentials: Mapping[str, Credentials],
    vote: str = "",
    pool: Executor | None = None,
) -> RollCall:
    """What these acts of one session show of the vote opened by the act `vote`; of the only one when it is not named.

    `credentials` are those that the reader trusts, the organisation's at least. Signatures are checked on the threads
    of the `pool`, where one is given. Never raises for what the envelopes hold.
    """
    try:
        return _verify(envelopes, credentials, vote, pool)
    except _Fails as failure:
        return RollCall(failure.effect, vote)


def _verify(
    envelopes: Iterable[Envelope | bytes], trusted: Mapping[str, Credentials], vote: str, pool: Executor | None
) -> RollCall:
    signed = _read(envelopes)
    acts = [act for act, _ in signed.values()]
    known = _known(signed, trusted)
    # What the introductions say is believed once the organisation's own signatures have been checked with the rest.
    _check(list(signed.values()), known, pool)
    state, effects = fold(lawful_rule, acts)
    vote = vote or _only(state)
    entry, result = state.get(f"vote:{vote}"), state.get(f"result:{vote}")
    if entry is None:
        if vote in effects:
            raise _Fails(gettext_noop("The act that opens the vote is without effect: %s"), effects[vote].sentence())
        raise _Fails(gettext_noop("The act that opens the vote is missing."))
    if result is None:
        raise _no_result(acts, effects, vote)
    counted = tuple((row["node"], row["choice"]) for row in result["counted"])
    there = {node for node, _ in counted} | {row["node"] for row in result["missing"]}
    return RollCall(
        failure=None,
        vote=vote,
        session=title(state),
        organisation=state["opening"]["by"],
        what=entry["what"],
        sha256=entry["sha256"],
        majority=entry["majority"],
        tally=Tally(result["yes"], result["no"], result["abstain"]),
        needed=result["needed"],
        carried=result["carried"],
        counted=counted,
        absent=tuple(node for node in entry["roll"] if node not in there),
        uncounted=tuple(row["node"] for row in result["missing"]),
        signatures=len(signed),
    )


_Signed = tuple[Act, Envelope]


def _read(envelopes: Iterable[Envelope | bytes]) -> dict[str, _Signed]:
    found: dict[str, _Signed] = {}
    for number, item in enumerate(envelopes, 1):
        try:
            envelope = Envelope.from_bytes(item) if isinstance(item, bytes) else item
            act = parse_act(envelope.payload)
        except ProtocolError as error:
            raise _Fails(gettext_noop("Act %s cannot be read: %s."), str(number), str(error)) from None
        found[act.id] = (act, envelope)
    if len({act.matter for act, _ in found.values()}) > 1:
        raise _Fails(gettext_noop("There are acts of more than one session."))
    return found


def _known(signed: Mapping[str, _Signed], trusted: Mapping[str, Credentials]) -> dict[str, Credentials]:
    """Those of the reader, and beside them those with which the organisation introduced the members."""
    house = next((act.author for act, _ in signed.values() if act.type == "forum.convene"), None)
    if house is None:
        raise _Fails(gettext_noop("The act that convenes the session is missing."))
    if house not in trusted:
        raise _Fails(gettext_noop("The credentials of %s, whose session it is, are not known."), house)
    known = dict(trusted)
    introductions = [act for act, _ in signed.values() if act.type == "forum.member" and act.author == house]
    for act in sorted(introductions, key=lambda item: item.order):
        text = act.body.get("credentials")
        try:
            offered = Credentials.from_bytes(text.encode() if isinstance(text, str) else b"")
            if offered.node != act.body.get("node") or offered.node == house:
                continue  # the rules of effect say what is wrong with such an introduction
            known[offered.node] = known[offered.node].accept(offered) if offered.node in known else offered
        except (ProtocolError, UnicodeEncodeError) as error:
            raise _Fails(gettext_noop("An introduction does not hold: %s."), str(error).rstrip(".")) from None
    return known


def _check(items: list[_Signed], known: Mapping[str, Credentials], pool: Executor | None) -> None:
    def check(share: list[_Signed]) -> None:
        for act, envelope in share:
            if act.author not in known:
                raise _Fails(gettext_noop("The credentials of %s are missing: it was not introduced."), act.author)
            try:
                known[act.author].verify_envelope(envelope, act.issued, f"act {act.id[:12]}… of {act.author}")
            except ProtocolError as error:
                raise _Fails(gettext_noop("A signature does not hold: %s."), str(error)) from None

    if pool is None:
        check(items)
    else:
        list(pool.map(check, [items[start::_SHARES] for start in range(_SHARES)]))


def lawful_rule(state: State, act: Act) -> Effect:
    """As a node applies the rule: only to a body that is lawful for its type."""
    body = BODIES.get(act.type)
    if body is None or (b"\\u0000" in act.canonical and _NULL.search(act.canonical)):
        return Effect(gettext_noop("Its content is not lawful for its type: %s."), (act.type,))
    try:
        msgspec.convert(act.body, body)
    except (msgspec.ValidationError, MalformedError) as error:
        return Effect(gettext_noop("Its content is not lawful for its type: %s."), (str(error),))
    return rule(state, act)


def _only(state: Mapping[str, Any]) -> str:
    votes = [key.partition(":")[2] for key in state if key.startswith("vote:")]
    if len(votes) != 1:
        raise _Fails(gettext_noop("There are %s votes: name the one to verify."), str(len(votes)))
    return votes[0]


def _no_result(acts: list[Act], effects: Mapping[str, Effect], vote: str) -> _Fails:
    ends = [act for act in acts if act.type == "forum.close-vote" and act.body.get("vote") == vote]
    if not ends:
        return _Fails(gettext_noop("The vote has not been closed, or the act that closes it is missing."))
    listed = ends[-1].body.get("votes")
    ids = {act.id for act in acts}
    # A body may hold anything where it is not lawful for its type.
    named = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    lost = [item for item in named if item not in ids]
    if lost:
        return _Fails(
            gettext_noop("%s of the votes that the organisation counts are missing; the first is %s."),
            str(len(lost)),
            lost[0],
        )
    return _Fails(gettext_noop("The act that closes the vote is without effect: %s"), effects[ends[-1].id].sentence())


def told(result: RollCall) -> dict[str, Any]:
    """A verified vote as JSON, for programs."""
    return {
        "holds": result.holds,
        "reason": result.reason or None,
        "vote": result.vote,
        "session": result.session,
        "organisation": result.organisation,
        "what": result.what,
        "sha256": result.sha256,
        "majority": result.majority,
        "yes": result.tally.yes,
        "no": result.tally.no,
        "abstain": result.tally.abstain,
        "needed": result.needed,
        "carried": result.carried,
        "counted": [{"node": node, "choice": choice} for node, choice in result.counted],
        "absent": list(result.absent),
        "uncounted": list(result.uncounted),
        "signatures": result.signatures,
        "assumed": dict(result.assumed),
    }


# -- bundles -----------------------------------------------------------------------------------------------------------


def write_bundle(vote: str, organisation: Credentials, envelopes: Iterable[Envelope]) -> Iterator[bytes]:
    """The lines of a bundle, each with its line end."""
    head = {"verbale": "roll-call", "v": 1, "vote": vote, "credentials": organisation.to_json()}
    yield canonical_bytes(head) + b"\n"
    count = 0
    for envelope in envelopes:
        yield canonical_bytes({"envelope": envelope.to_json()}) + b"\n"
        count += 1
    yield canonical_bytes({"end": count}) + b"\n"


def verify_bundle(lines: Iterable[bytes], trusted: Mapping[str, Credentials] | None = None) -> RollCall:
    """What a bundle shows. Never raises for what it holds.

    Signatures are checked under trusted credentials where there are some, which the carried ones must continue.
    """
    known = dict(trusted or {})
    assumed = {}
    try:
        vote, carried, envelopes = _unpacked(iter(lines))
        house = carried.node
        if house not in known:
            assumed = {house: carried.current.fingerprint}
        known[house] = known[house].accept(carried) if house in known else carried
    except ProtocolError as error:
        return RollCall(Effect(gettext_noop("The file cannot be read: %s."), (str(error),)))
    result = verify_roll_call(envelopes, known, vote)
    return replace(result, assumed=assumed)


def _unpacked(rows: Iterator[bytes]) -> tuple[str, Credentials, list[Envelope]]:
    head = _line(next(rows, b""), MAX_CREDENTIALS_BYTES, "line 1")
    if set(head) != {"verbale", "v", "vote", "credentials"} or head["verbale"] != "roll-call":
        raise MalformedError("line 1: this is no roll call")
    if not is_version_1(head["v"]) or not isinstance(head["vote"], str):
        raise MalformedError("line 1: version must be 1 and vote a text")
    envelopes: list[Envelope] = []
    for number, row in enumerate(rows, start=2):
        line = _line(row, LINE_LIMIT, f"line {number}")
        if set(line) == {"end"}:
            if type(line["end"]) is not int or line["end"] != len(envelopes) or next(rows, None) is not None:
                raise MalformedError(f"line {number}: the file does not end where it says")
            return head["vote"], Credentials.from_json(head["credentials"]), envelopes
        if set(line) != {"envelope"}:
            raise MalformedError(f"line {number}: an entry is an envelope, nothing else")
        envelopes.append(Envelope.from_json(line["envelope"], payload_type=ACT_TYPE))
    raise MalformedError("the file is cut off: its last line is missing")


def _line(row: bytes, limit: int, what: str) -> dict[str, Any]:
    if not row.endswith(b"\n"):
        raise MalformedError(f"{what}: has no line end")
    return parse_object(row[:-1], limit=limit, what=what)
