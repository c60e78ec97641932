"""Every endpoint of the standard, from a request to an answer, whoever carries the two."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
import orjson
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from verbale.holdings import store
from verbale.holdings.accounts import Rights, account_of, rights, shelves_of
from verbale.holdings.models import Account, Given, Shelf
from verbale.holdings.moments import micros, stix_moment, taxii_moment
from verbale.holdings.prepared import Prepared
from verbale.holdings.reading import Page, Query
from verbale.holdings.taxii.asking import next_of, query_of, versions_of
from verbale.holdings.taxii.exchange import (
    MAX_CONTENT_LENGTH,
    TAXII,
    Answer,
    Asked,
    Problem,
    credentials,
    negotiate,
    take_body,
)
from verbale.holdings.viewing import Viewer
from verbale.node.errors import AccessError, NotFoundError

__all__ = ["answer", "root"]

_STIX = "application/stix+json;version=2.1"
_KEPT = timedelta(days=2)
"""So long the status of a POST can be asked for; the standard wants a day at least (4.3)."""
_SLACK = timedelta(minutes=10)
_GONE = ("Not found", "There is no such resource, or this account may not see it.")
_DEFAULT_MARKING = "AMBER"


_OF_SHELF = [field.attname for field in Shelf._meta.concrete_fields]
_by_id = Prepared(lambda key: Shelf.objects.filter(pk=key).values_list(*_OF_SHELF), str)
_by_alias = Prepared(lambda key: Shelf.objects.filter(alias=key).values_list(*_OF_SHELF), str)


class _Envelope(msgspec.Struct):
    objects: list[msgspec.Raw]


_decode = msgspec.json.Decoder(_Envelope).decode


def root() -> str:
    """The one API root of this node, as it stands in addresses."""
    return settings.CONFIG.node.lower()


def answer(asked: Asked) -> Answer:
    """Answer a request under `/taxii2/`."""
    try:
        given = credentials(asked)
        account = account_of(given[1], given[0]) if given else None
        if account is None:
            raise Problem(
                401,
                "Not authorised",
                "Log in with the name and the token of an account, by HTTP Basic, or with the token as Bearer.",
                WWW_Authenticate='Basic realm="TAXII", charset="UTF-8"',
            )
        negotiate(asked)
        return _route(asked, account)
    except Problem as problem:
        return problem.answer


def _route(asked: Asked, account: Account) -> Answer:
    parts = asked.path.strip("/").split("/") if asked.path.strip("/") else []
    match parts:
        case []:
            return _only(asked, GET=lambda: Answer.of(_discovery()))
        case [name, *rest] if name == root():
            match rest:
                case []:
                    return _only(asked, GET=lambda: Answer.of(_root_information()))
                case ["status", key]:
                    return _only(asked, GET=lambda: _status(account, key))
                case ["collections"]:
                    return _only(asked, GET=lambda: _collections(account))
                case ["collections", key, *inner]:
                    shelf, may = _shelf(account, key)
                    return _collection(asked, account, shelf, may, inner)
    raise Problem(404, *_GONE)


def _only(asked: Asked, **methods: Callable[[], Answer]) -> Answer:
    method = "GET" if asked.method == "HEAD" else asked.method
    if method not in methods:
        raise Problem(405, "Method not allowed", Allow=", ".join(methods))
    return methods[method]()


def _collection(asked: Asked, account: Account, shelf: Shelf, may: Rights, inner: list[str]) -> Answer:
    viewer = Viewer(account.node)
    match inner:
        case []:
            return _only(asked, GET=lambda: Answer.of(_collection_resource(shelf, may)))
        case ["manifest"]:
            return _only(asked, GET=lambda: _manifest(asked, shelf, may, viewer))
        case ["objects"]:
            return _only(
                asked,
                GET=lambda: _objects(asked, shelf, may, viewer),
                POST=lambda: _add(asked, account, shelf, may),
            )
        case ["objects", key]:
            return _only(
                asked,
                GET=lambda: _object(asked, shelf, may, viewer, key),
                DELETE=lambda: _delete(asked, shelf, may, viewer, key),
            )
        case ["objects", key, "versions"]:
            return _only(asked, GET=lambda: _versions(asked, shelf, may, viewer, key))
    raise Problem(404, *_GONE)


# -- what there is -----------------------------------------------------------------------------------------------------


def _discovery() -> dict[str, object]:
    # Relative, as 4.1.1 allows: right behind every reverse proxy, and never the plain http that it forbids.
    address = f"/taxii2/{root()}/"
    return {
        "title": f"{settings.CONFIG.name}: intelligence",
        "description": "What this node shares with its partners, each object as far as its marking allows.",
        "default": address,
        "api_roots": [address],
    }


def _root_information() -> dict[str, object]:
    return {
        "title": settings.CONFIG.name,
        "description": "The shelves that your account may read or write.",
        "versions": [TAXII],
        "max_content_length": MAX_CONTENT_LENGTH,
    }


def _collections(account: Account) -> Answer:
    found = [_collection_resource(shelf, may) for shelf, may in shelves_of(account)]
    return Answer.of({"collections": found} if found else {})


def _collection_resource(shelf: Shelf, may: Rights) -> dict[str, object]:
    told: dict[str, object] = {"id": shelf.pk, "title": shelf.title}
    if shelf.description:
        told["description"] = shelf.description
    if shelf.alias:
        told["alias"] = shelf.alias
    return {**told, "can_read": may.read, "can_write": may.write, "media_types": [_STIX]}


def _shelf(account: Account, key: str) -> tuple[Shelf, Rights]:
    """By id or alias. What an account may neither read nor write is not there for it."""
    if "\0" in key:
        raise Problem(404, *_GONE)
    row = _by_id.first(key) or _by_alias.first(key)
    shelf = Shelf.from_db(DEFAULT_DB_ALIAS, _OF_SHELF, row) if row else None
    may = rights(account, shelf) if shelf is not None else None
    if shelf is None or not may:
        raise Problem(404, *_GONE)
    return shelf, may


def _status(account: Account, key: str) -> Answer:
    """For whoever posted; all accounts of a node are one."""
    if "\0" not in key:
        found = Given.objects.filter(pk=key, account__node=account.node).values_list("resource", flat=True).first()
        if found is not None:
            return Answer(200, bytes(found))
    raise Problem(404, *_GONE)


# -- reading -----------------------------------------------------------------------------------------------------------


def _readable(may: Rights) -> None:
    if not may.read:
        raise Problem(403, "Forbidden", "This account may write this collection, not read it.")


def _objects(asked: Asked, shelf: Shelf, may: Rights, viewer: Viewer) -> Answer:
    _readable(may)
    query = query_of(asked.query, "id", "type", "version")
    return _envelope(store.page(shelf, viewer, query), query)


def _object(asked: Asked, shelf: Shelf, may: Rights, viewer: Viewer, key: str) -> Answer:
    _readable(may)
    query = query_of(asked.query, "version").then(ids=(_key(key),))
    found = store.page(shelf, viewer, query)
    if not found.entries:
        _exists(shelf, viewer, key)
    return _envelope(found, query.then(ids=()))


def _envelope(found: Page, query: Query) -> Answer:
    if not found.entries:
        return Answer(200, b"{}")
    head = (
        b'{"more":true,"next":"%s","objects":[' % next_of(query, found.cursor).encode()
        if found.more
        else (b'{"more":false,"objects":[')
    )
    body = b"".join((head, b",".join([entry.raw for entry in found.entries]), b"]}"))
    return Answer(200, body, _dates(found))


def _manifest(asked: Asked, shelf: Shelf, may: Rights, viewer: Viewer) -> Answer:
    _readable(may)
    query = query_of(asked.query, "id", "type", "version")
    found = store.manifest(shelf, viewer, query)
    records = [
        {
            "id": entry.stix_id,
            "date_added": taxii_moment(entry.added),
            "version": stix_moment(entry.version),
            "media_type": _STIX,
        }
        for entry in found.entries
    ]
    return _listed("objects", records, found, query)


def _versions(asked: Asked, shelf: Shelf, may: Rights, viewer: Viewer, key: str) -> Answer:
    _readable(may)
    query = query_of(asked.query)
    found = store.versions(shelf, viewer, _key(key), query)
    if not found.entries:
        _exists(shelf, viewer, key)
    return _listed("versions", [stix_moment(entry.version) for entry in found.entries], found, query)


def _listed(name: str, items: list[object], found: Page, query: Query) -> Answer:
    if not items:
        return Answer(200, b"{}")
    told: dict[str, object] = {"more": found.more, name: items}
    if found.more:
        told["next"] = next_of(query, found.cursor)
    return Answer(200, orjson.dumps(told), _dates(found))


def _dates(found: Page) -> dict[str, str]:
    return {
        "X-TAXII-Date-Added-First": taxii_moment(found.entries[0].added),
        "X-TAXII-Date-Added-Last": taxii_moment(found.entries[-1].added),
    }


def _key(key: str) -> str:
    if "\0" in key:
        raise Problem(404, *_GONE)
    return key


def _exists(shelf: Shelf, viewer: Viewer, key: str) -> None:
    """An object of which the filters leave nothing is an empty answer; one that is not there is not found."""
    if store.get(shelf, viewer, key) is None:
        raise Problem(404, *_GONE)


# -- writing -----------------------------------------------------------------------------------------------------------


def _add(asked: Asked, account: Account, shelf: Shelf, may: Rights) -> Answer:
    if not may.write:
        raise Problem(403, "Forbidden", "This account may read this collection, not write it.")
    moment = timezone.now()
    body = take_body(asked)
    try:
        raws = [bytes(raw) for raw in _decode(body).objects]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(
            422, "Unprocessable content", f"The body is no envelope with a list of objects: {error}."
        ) from None
    told: list[bytes] = []

    def record(done: store.Added) -> None:
        key = str(uuid.uuid4())
        told.append(orjson.dumps(_outcome(key, moment, len(raws), done)))
        Given.objects.create(id=key, account=account, at=moment, resource=told[0])

    store.add(shelf, raws, origin=account.node, marking=_DEFAULT_MARKING, told=True, record=record)
    _forget(moment)
    return Answer(202, told[0])


def _outcome(key: str, moment: datetime, total: int, done: store.Added) -> dict[str, object]:
    """The status resource (4.3.1)."""
    at = taxii_moment(micros(moment))
    return {
        "id": key,
        "status": "complete",
        "request_timestamp": at,
        "total_count": total,
        "success_count": len(done.taken),
        "successes": [{"id": item.id, "version": stix_moment(item.version)} for item in done.taken],
        "failure_count": len(done.refused),
        "failures": [
            {
                "id": item.id or f"objects[{item.index}]",
                "version": at if item.version is None else stix_moment(item.version),
                "message": item.why,
            }
            for item in done.refused
        ],
        "pending_count": 0,
        "pendings": [],
    }


def _forget(moment: datetime) -> None:
    """Statuses that are old. Most posts look for none: it would be one more commit for each."""
    oldest = Given.objects.order_by("at").values_list("at", flat=True).first()
    if oldest is not None and moment - oldest > _KEPT + _SLACK:
        Given.objects.filter(at__lt=moment - _KEPT).delete()


def _delete(asked: Asked, shelf: Shelf, may: Rights, viewer: Viewer, key: str) -> Answer:
    if not (may.read and may.write):
        raise Problem(403, "Forbidden", "To delete takes the right to read and to write this collection.")
    query = query_of(asked.query)
    if query.spec_versions and "2.1" not in query.spec_versions:
        raise Problem(404, *_GONE)
    try:
        store.remove(shelf, _key(key), viewer, versions_of(asked.query))
    except NotFoundError:
        raise Problem(404, *_GONE) from None
    except AccessError as error:
        raise Problem(403, "Forbidden", str(error)) from None
    return Answer(200)
