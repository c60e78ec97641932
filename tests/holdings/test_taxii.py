"""The TAXII 2.1 server against the standard (OASIS Standard, 10 June 2021), clause by clause.

The public test cases of medallion, OASIS's own server, state the same requirements; each of them has its like here.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tests.holdings.conftest import MEDIA, Software
from tests.holdings.things import AMBER, GREEN, RED, indicator, key, malware, moment, raws
from verbale.holdings import accounts, store
from verbale.holdings.models import Account, Entry, Given, Shelf
from verbale.holdings.moments import taxii_moment
from verbale.holdings.taxii import exchange
from verbale.node.models import Partner

pytestmark = pytest.mark.django_db
Maker = Callable[..., Software]
ROOT = "/taxii2/cr/"


def of(shelf: Shelf, rest: str = "") -> str:
    return f"{ROOT}collections/{shelf.pk}/{rest}"


@pytest.fixture
def lazuria(software: Maker, shelf: Shelf) -> Software:
    return software("LZ", shelf, write=True)


@pytest.fixture
def stocked(shelf: Shelf) -> Shelf:
    """Seven rows, five objects: an indicator in three versions, added oldest first."""
    for thing in (
        {**indicator(20), "type": "relationship", "id": key(20, "relationship"), "relationship_type": "indicates"},
        indicator(1),
        indicator(2, 3),
        indicator(2, 5),
        {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
            "created": "2017-01-20T00:00:00.000Z",
            "definition_type": "tlp",
            "name": "TLP:GREEN",
            "definition": {"tlp": "green"},
        },
        malware(3),
        indicator(2, 9),
    ):
        if thing["type"] == "relationship":
            for name in ("pattern", "pattern_type", "valid_from", "name"):
                del thing[name]
            thing |= {"source_ref": key(1), "target_ref": key(3, "malware")}
        told = store.add(shelf, raws(thing), origin="CR", marking="AMBER")
        assert told.accepted == 1, told.refused
    return shelf


def added(number: int) -> str:
    """When the row with that number was added."""
    return taxii_moment(list(Entry.objects.order_by("pk").values_list("added", flat=True))[number])


def names(answer: HttpResponse) -> list[str]:
    return [thing["id"] for thing in good(answer).get("objects", [])]


def good(answer: HttpResponse, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == MEDIA
    told: dict[str, Any] = json.loads(answer.content)
    return told


def bad(answer: HttpResponse, status: int) -> dict[str, Any]:
    told = good(answer, status)
    assert told["title"]
    assert told["http_status"] == str(status)
    return told


def dates(answer: HttpResponse) -> tuple[str, str]:
    return answer["X-TAXII-Date-Added-First"], answer["X-TAXII-Date-Added-Last"]


# -- 4: server information ---------------------------------------------------------------------------------------------


def test_discovery_names_an_api_root_by_a_relative_address(lazuria: Software) -> None:
    told = good(lazuria.get("/taxii2/"))
    assert told["title"]
    assert told["api_roots"] == [ROOT]
    assert told["default"] == ROOT


def test_the_api_root_says_version_and_size(lazuria: Software) -> None:
    told = good(lazuria.get(ROOT))
    assert told["title"] == "Republic of Crimson"
    assert told["versions"] == [MEDIA]
    assert told["max_content_length"] == exchange.MAX_CONTENT_LENGTH


@pytest.mark.parametrize("path", ["/taxii2/xx/", "/taxii2/xx/collections/", f"{ROOT}nothing/", f"{ROOT}collections/x/"])
def test_what_is_not_there_is_not_found(lazuria: Software, path: str) -> None:
    bad(lazuria.get(path), 404)


def test_addresses_hold_without_the_last_slash_too(lazuria: Software, stocked: Shelf) -> None:
    assert len(names(lazuria.get(of(stocked, "objects")))) == 5


# -- 5.1, 5.2: collections ---------------------------------------------------------------------------------------------


def test_collections_are_those_that_the_account_may_read_or_write(
    software: Maker, shelf: Shelf, gathered: Shelf
) -> None:
    Shelf.objects.create(title="Secret indicators")
    of_verdia = software("VD", shelf)
    told = good(of_verdia.get(f"{ROOT}collections/"))["collections"]
    assert told == [
        {
            "id": shelf.pk,
            "title": "High value",
            "description": "Checked by hand",
            "alias": "high-value",
            "can_read": True,
            "can_write": False,
            "media_types": ["application/stix+json;version=2.1"],
        },
        {
            "id": gathered.pk,
            "title": "Ransomware",
            "can_read": True,
            "can_write": True,
            "media_types": ["application/stix+json;version=2.1"],
        },
    ]
    assert good(of_verdia.get(of(shelf))) == told[0]
    assert good(of_verdia.get(f"{ROOT}collections/high-value/")) == told[0]
    assert good(software("OC").get(f"{ROOT}collections/")) == {}


def test_an_outsider_finds_no_collection_that_it_has_no_right_to(software: Maker, shelf: Shelf) -> None:
    stranger = software("OC")
    for rest in ("", "objects/", "manifest/", f"objects/{key(1)}/", f"objects/{key(1)}/versions/"):
        there, not_there = stranger.get(of(shelf, rest)), stranger.get(f"{ROOT}collections/{key(1)[-36:]}/{rest}")
        assert bad(there, 404) == bad(not_there, 404)
    assert bad(stranger.post(of(shelf, "objects/"), {"objects": []}), 404)
    assert bad(stranger.delete(of(shelf, f"objects/{key(1)}/")), 404)


# -- 3.1, 3.6: media types and errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    [
        "application/taxii+json;version=2.1",
        "application/taxii+json; version=2.1",
        "application/taxii+json",
        "text/html, application/taxii+json;version=2.1;q=0.5",
        "application/taxii+json;version=2.1,application/stix+json;version=2.1",
        "*/*",
    ],
)
def test_a_media_range_that_takes_ours_is_answered(lazuria: Software, accept: str) -> None:
    good(lazuria.get("/taxii2/", accept=accept))


@pytest.mark.parametrize(
    "accept", ["", "application/json", "application/taxii+json;version=2.0", "application/vnd.oasis.taxii+json"]
)
def test_any_other_is_not_acceptable(lazuria: Software, accept: str) -> None:
    bad(lazuria.get("/taxii2/", accept=accept), 406)


@pytest.mark.parametrize("kind", ["application/json", "application/taxii+json;version=2.0", "text/plain"])
def test_a_post_of_another_type_is_not_taken(lazuria: Software, shelf: Shelf, kind: str) -> None:
    bad(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1)]}, content_type=kind), 415)
    assert not Entry.objects.exists()


def test_a_post_that_is_too_large_is_not_taken(
    lazuria: Software, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MAX_CONTENT_LENGTH", 1000)
    bad(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1, description="x" * 1000)]}), 413)
    good(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1)]}), 202)


@pytest.mark.parametrize(
    ("method", "rest", "allowed"),
    [
        ("PUT", "objects/", "GET, POST"),
        ("POST", "manifest/", "GET"),
        ("DELETE", "objects/", "GET, POST"),
        ("POST", f"objects/{key(1)}/", "GET, DELETE"),
    ],
)
def test_other_methods_are_not_allowed(lazuria: Software, shelf: Shelf, method: str, rest: str, allowed: str) -> None:
    answer = lazuria.client.generic(method, of(shelf, rest), headers={"accept": MEDIA, "authorization": lazuria.basic})
    bad(answer, 405)
    assert answer["Allow"] == allowed


# -- 1.6.9: who asks ---------------------------------------------------------------------------------------------------


def test_without_a_token_nothing_is_told(lazuria: Software, stocked: Shelf) -> None:
    for path in ("/taxii2/", ROOT, f"{ROOT}collections/", of(stocked, "objects/"), "/taxii2/nowhere/"):
        answer = Client().get(path, headers={"accept": MEDIA})
        bad(answer, 401)
        assert answer["WWW-Authenticate"].startswith("Basic ")


def test_a_token_is_taken_as_bearer_and_as_token_too(lazuria: Software) -> None:
    for scheme in ("Bearer", "bearer", "Token"):
        good(lazuria.get("/taxii2/", authorization=f"{scheme} {lazuria.token}"))


def test_a_wrong_name_or_token_or_a_closed_account_is_refused(lazuria: Software) -> None:
    for given in ("Basic !", "Basic YWJj", f"Bearer {lazuria.token}x", "Digest x", "Basic dXNlcjpwYXNz"):
        bad(lazuria.get("/taxii2/", authorization=given), 401)
    Account.objects.update(active=False)
    bad(lazuria.get("/taxii2/"), 401)
    Account.objects.update(active=True)
    Partner.objects.filter(pk="LZ").update(status=Partner.Status.BLOCKED)
    bad(lazuria.get("/taxii2/"), 401)


def test_only_the_digest_of_a_token_is_kept_and_its_use_is_noted(lazuria: Software) -> None:
    lazuria.get("/taxii2/")
    account = Account.objects.get()
    assert lazuria.token not in (account.digest, account.name)
    assert account.last_used is not None


# -- 3.3, 3.4, 3.5: what one gets --------------------------------------------------------------------------------------


def test_objects_come_in_the_order_in_which_they_were_added(lazuria: Software, stocked: Shelf) -> None:
    answer = lazuria.get(of(stocked, "objects/"))
    assert names(answer) == [
        key(20, "relationship"),
        key(1),
        "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
        key(3, "malware"),
        key(2),
    ]
    assert good(answer)["more"] is False
    assert dates(answer) == (added(0), added(6))


def test_an_empty_answer_is_an_empty_envelope(lazuria: Software, shelf: Shelf) -> None:
    for rest in ("objects/", "manifest/", "objects/?added_after=2026-01-01T00:00:00.000000Z"):
        assert good(lazuria.get(of(shelf, rest))) == {}


def test_added_after_leaves_out_what_was_added_then_or_before(lazuria: Software, stocked: Shelf) -> None:
    assert names(lazuria.get(of(stocked, f"objects/?added_after={added(4)}"))) == [key(3, "malware"), key(2)]
    assert names(lazuria.get(of(stocked, f"manifest/?added_after={added(4)}"))) == [key(3, "malware"), key(2)]
    assert good(lazuria.get(of(stocked, f"objects/?added_after={added(6)}"))) == {}
    for written in ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00.1Z"):
        assert len(names(lazuria.get(of(stocked, f"objects/?added_after={written}")))) == 5


@pytest.mark.parametrize("what", ["objects", "manifest"])
def test_pages_by_next_and_by_added_after_give_the_same(lazuria: Software, stocked: Shelf, what: str) -> None:
    whole = names(lazuria.get(of(stocked, f"{what}/")))
    for way in ("next", "added_after"):
        found: list[str] = []
        more = ""
        while True:
            answer = lazuria.get(of(stocked, f"{what}/?limit=2{more}"))
            told = good(answer)
            found += [thing["id"] for thing in told["objects"]]
            if not told["more"]:
                assert "next" not in told
                break
            assert len(told["objects"]) == 2
            more = f"&next={told['next']}" if way == "next" else f"&added_after={dates(answer)[1]}"
        assert found == whole


def test_next_goes_on_from_added_after_whether_or_not_it_is_repeated(lazuria: Software, stocked: Shelf) -> None:
    first = good(lazuria.get(of(stocked, f"objects/?limit=1&added_after={added(0)}")))
    with_it = lazuria.get(of(stocked, f"objects/?limit=9&added_after={added(0)}&next={first['next']}"))
    without = lazuria.get(of(stocked, f"objects/?limit=9&next={first['next']}"))
    assert names(with_it) == names(without) == names(lazuria.get(of(stocked, "objects/")))[2:]


def test_next_under_other_filters_is_refused(lazuria: Software, stocked: Shelf) -> None:
    told = good(lazuria.get(of(stocked, "objects/?match[version]=all&limit=2")))
    good(lazuria.get(of(stocked, f"objects/?match[version]=all&limit=3&next={told['next']}")))
    bad(lazuria.get(of(stocked, f"objects/?match[version]=first&limit=2&next={told['next']}")), 400)


def test_no_page_is_larger_than_asked_nor_than_the_server_gives(
    lazuria: Software, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verbale.holdings.taxii.asking.MAX_PAGE", 10)
    store.add(shelf, raws(*(indicator(number) for number in range(15))), origin="CR", marking="AMBER")
    for asked, given in (("", 10), ("?limit=9999999999", 10), ("?limit=4", 4)):
        told = good(lazuria.get(of(shelf, f"objects/{asked}")))
        assert len(told["objects"]) == given
        assert told["more"] is True


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-20",
        "limit=ten",
        "limit=",
        "limit=1&limit=2",
        "added_after=yesterday",
        "added_after=2026-01-01",
        "added_after=2026-02-30T00:00:00Z",
        "added_after=2026-01-01T00:00:00Z&added_after=2026-01-01T00:00:00Z",
        "next=1",
        "next=",
        "match[version]=newest",
        "match[version]=all,last",
        "match[version]=last,last",
        "match[version]=2026-01-01T00:00:00Z,2026-01-01T00:00:00.000Z",
        "match[type]=indicator&match[type]=malware",
        "match[id]=",
        "match[id]=%00",
        "match[type]=indicator,,malware",
        "match[type]=%ff",
        f"match[id]={','.join(key(number) for number in range(300))}",
    ],
)
def test_malformed_parameters_are_a_bad_request(lazuria: Software, shelf: Shelf, query: str) -> None:
    bad(lazuria.get(of(shelf, f"objects/?{query}")), 400)


@pytest.mark.parametrize("what", ["objects", "manifest"])
def test_match_id_and_type_and_both(lazuria: Software, stocked: Shelf, what: str) -> None:
    def ask(query: str) -> list[str]:
        return names(lazuria.get(of(stocked, f"{what}/?{query}")))

    assert ask(f"match[id]={key(3, 'malware')}") == [key(3, "malware")]
    assert ask(f"match[id]={key(2)},{key(1)}") == [key(1), key(2)]
    assert ask("match[type]=indicator") == [key(1), key(2)]
    assert ask("match[type]=indicator,malware") == [key(1), key(3, "malware"), key(2)]
    assert ask(f"match[id]={key(2)}&match[type]=malware") == []
    assert ask("match[type]=x-nothing") == []
    assert len(ask("match[colour]=red")) == 5  # a field that is not of the standard


@pytest.mark.parametrize("what", ["objects", "manifest"])
def test_match_version(lazuria: Software, stocked: Shelf, what: str) -> None:
    def ask(values: str, rest: str = "") -> list[str]:
        told = good(lazuria.get(of(stocked, f"{what}/?match[version]={values}{rest}")))
        versions = [thing.get("version", thing.get("modified")) for thing in told.get("objects", [])]
        return [
            version for version, thing in zip(versions, told.get("objects", []), strict=True) if thing["id"] == key(2)
        ]

    assert ask("last") == [moment(9)]
    assert ask("first") == [moment(3)]
    assert ask("first,last") == [moment(3), moment(9)]
    assert ask("all") == [moment(3), moment(5), moment(9)]
    assert ask(moment(5)) == [moment(5)]
    assert ask(f"first,{moment(5)}") == [moment(3), moment(5)]
    assert ask(moment(5), "&match[type]=indicator") == [moment(5)]
    assert ask(moment(5), "&match[type]=malware") == []
    assert ask("2026-01-06T00:00:00Z") == [moment(5)]  # the same moment, written otherwise
    assert len(names(lazuria.get(of(stocked, f"{what}/?match[version]=all")))) == 7


def test_only_stix_2_1_is_here(lazuria: Software, stocked: Shelf) -> None:
    assert good(lazuria.get(of(stocked, "objects/?match[spec_version]=2.0"))) == {}
    assert len(names(lazuria.get(of(stocked, "objects/?match[spec_version]=2.0,2.1")))) == 5
    records = good(lazuria.get(of(stocked, "manifest/")))["objects"]
    assert {record["media_type"] for record in records} == {"application/stix+json;version=2.1"}


# -- 5.3, 5.6, 5.8: manifest, one object, versions ---------------------------------------------------------------------


def test_the_manifest_tells_of_each_object(lazuria: Software, stocked: Shelf) -> None:
    answer = lazuria.get(of(stocked, "manifest/"))
    records = good(answer)["objects"]
    assert records[1] == {
        "id": key(1),
        "date_added": added(1),
        "version": moment(0),
        "media_type": "application/stix+json;version=2.1",
    }
    assert records[2]["version"] == "2017-01-20T00:00:00.000Z"  # its created: it has no modified
    assert dates(answer) == (records[0]["date_added"], records[-1]["date_added"])


def test_one_object(lazuria: Software, stocked: Shelf) -> None:
    answer = lazuria.get(of(stocked, f"objects/{key(2)}/"))
    assert [thing["modified"] for thing in good(answer)["objects"]] == [moment(9)]
    assert dates(answer) == (added(6), added(6))
    told = good(lazuria.get(of(stocked, f"objects/{key(2)}/?match[version]=all&limit=2")))
    assert [thing["modified"] for thing in told["objects"]] == [moment(3), moment(5)]
    assert told["more"] is True
    told = good(lazuria.get(of(stocked, f"objects/{key(2)}/?match[version]=all&limit=2&next={told['next']}")))
    assert [thing["modified"] for thing in told["objects"]] == [moment(9)]
    assert good(lazuria.get(of(stocked, f"objects/{key(2)}/?added_after={added(6)}"))) == {}
    assert good(lazuria.get(of(stocked, f"objects/{key(2)}/?match[spec_version]=2.0"))) == {}
    bad(lazuria.get(of(stocked, f"objects/{key(9)}/")), 404)


def test_versions_of_an_object(lazuria: Software, stocked: Shelf) -> None:
    answer = lazuria.get(of(stocked, f"objects/{key(2)}/versions/"))
    assert good(answer) == {"more": False, "versions": [moment(3), moment(5), moment(9)]}
    assert dates(answer) == (added(2), added(6))
    told = good(lazuria.get(of(stocked, f"objects/{key(2)}/versions/?limit=1")))
    assert told["versions"] == [moment(3)]
    told = good(lazuria.get(of(stocked, f"objects/{key(2)}/versions/?limit=1&next={told['next']}")))
    assert (told["versions"], told["more"]) == ([moment(5)], True)
    assert good(lazuria.get(of(stocked, f"objects/{key(2)}/versions/?added_after={added(6)}"))) == {}
    bad(lazuria.get(of(stocked, f"objects/{key(9)}/versions/")), 404)


# -- 5.5, 4.3: adding, and what became of it ---------------------------------------------------------------------------


def test_what_is_posted_is_there_and_the_status_says_so(lazuria: Software, shelf: Shelf) -> None:
    told = good(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1), indicator(2, 4)]}), 202)
    assert told["status"] == "complete"
    assert (told["total_count"], told["success_count"], told["failure_count"], told["pending_count"]) == (2, 2, 0, 0)
    assert told["successes"] == [{"id": key(1), "version": moment(0)}, {"id": key(2), "version": moment(4)}]
    assert told["failures"] == []
    assert good(lazuria.get(f"{ROOT}status/{told['id']}/")) == told
    assert names(lazuria.get(of(shelf, "objects/"))) == [key(1), key(2)]


def test_a_double_is_no_failure_and_comes_once(lazuria: Software, shelf: Shelf) -> None:
    for _ in range(2):
        told = good(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1), indicator(1)]}), 202)
        assert (told["success_count"], told["failure_count"]) == (2, 0)
    assert Entry.objects.count() == 1


def test_what_is_refused_is_told_with_the_reason_to_the_poster_alone(
    software: Maker, lazuria: Software, shelf: Shelf
) -> None:
    wrong = {name: value for name, value in indicator(2).items() if name != "pattern"}
    body = {"objects": [indicator(1), wrong, 7, {"type": "indicator", "id": key(4), "spec_version": "2.0"}]}
    told = good(lazuria.post(of(shelf, "objects/"), body), 202)
    assert (told["total_count"], told["success_count"], told["failure_count"]) == (4, 1, 3)
    assert [item["id"] for item in told["failures"]] == [key(2), "objects[2]", key(4)]
    assert "pattern" in told["failures"][0]["message"]
    assert names(lazuria.get(of(shelf, "objects/"))) == [key(1)]
    other = software("VD", shelf, write=True)
    assert bad(other.get(f"{ROOT}status/{told['id']}/"), 404) == bad(other.get(f"{ROOT}status/{key(1)[-36:]}/"), 404)
    assert names(other.get(of(shelf, "objects/"))) == [key(1)]
    # Another account of the same node may ask: it is the node that posted.
    good(software("LZ").get(f"{ROOT}status/{told['id']}/"))


@pytest.mark.parametrize(
    "body",
    [b" ", b"{", b"[]", b"{}", b'{"objects": {}}', b'{"objects": 1}', b"\xff", json.dumps(indicator(1)).encode()],
)
def test_what_is_no_envelope_cannot_be_processed(lazuria: Software, shelf: Shelf, body: bytes) -> None:
    bad(lazuria.post(of(shelf, "objects/"), body), 422)


def test_deep_nesting_is_refused_and_nothing_falls(lazuria: Software, shelf: Shelf) -> None:
    bad(lazuria.post(of(shelf, "objects/"), b'{"objects":' + b"[" * 100_000), 422)
    deep = b'{"objects":[{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}]}"
    answer = lazuria.post(of(shelf, "objects/"), deep)
    assert answer.status_code in (202, 422)
    assert not Entry.objects.exists()


def test_a_status_is_forgotten_after_two_days_and_not_before(lazuria: Software, shelf: Shelf) -> None:
    one, two = (good(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1)]}), 202) for _ in range(2))
    Given.objects.filter(pk=one["id"]).update(at=timezone.now() - timezone.timedelta(hours=49))
    Given.objects.filter(pk=two["id"]).update(at=timezone.now() - timezone.timedelta(hours=25))
    good(lazuria.post(of(shelf, "objects/"), {"objects": []}), 202)
    bad(lazuria.get(f"{ROOT}status/{one['id']}/"), 404)
    good(lazuria.get(f"{ROOT}status/{two['id']}/"))


def test_a_cyber_observable_has_one_version(lazuria: Software, shelf: Shelf) -> None:
    artifact = {
        "type": "artifact",
        "spec_version": "2.1",
        "id": "artifact--6f437177-6e48-5cf8-9d9e-872a2bddd641",
        "mime_type": "application/zip",
        "payload_bin": "VGhlcmU=",
    }
    for _ in range(2):
        assert good(lazuria.post(of(shelf, "objects/"), {"objects": [artifact]}), 202)["success_count"] == 1
    one = of(shelf, f"objects/{artifact['id']}/")
    for rest in ("", "?match[version]=all", "?match[version]=first", "?match[version]=last"):
        assert names(lazuria.get(f"{one}{rest}")) == [artifact["id"]]
    assert len(names(lazuria.get(f"{one}?added_after=2017-01-27T13:49:53.935Z"))) == 1
    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert good(lazuria.get(f"{one}?added_after={now}")) == {}


def test_a_bundle_is_taken_as_opencti_posts_it(lazuria: Software, shelf: Shelf) -> None:
    bundle = {"type": "bundle", "spec_version": "2.1", "id": key(9, "bundle"), "objects": [indicator(1)]}
    answer = lazuria.post(
        of(shelf, "objects/"),
        bundle,
        content_type="application/stix+json; version=2.1",
        accept="application/taxii+json; version=2.1",
        authorization=f"Bearer {lazuria.token}",
    )
    assert good(answer, 202)["success_count"] == 1


# -- rights ------------------------------------------------------------------------------------------------------------


def test_who_may_only_read_does_not_write_and_the_other_way_round(software: Maker, stocked: Shelf) -> None:
    reader, writer = software("LZ", stocked), software("VD", stocked, read=False, write=True)
    assert good(writer.get(of(stocked)))["can_read"] is False
    bad(reader.post(of(stocked, "objects/"), {"objects": [indicator(8)]}), 403)
    bad(reader.delete(of(stocked, f"objects/{key(1)}/")), 403)
    for rest in ("objects/", "manifest/", f"objects/{key(1)}/", f"objects/{key(1)}/versions/"):
        bad(writer.get(of(stocked, rest)), 403)
    bad(writer.delete(of(stocked, f"objects/{key(1)}/")), 403)
    good(writer.post(of(stocked, "objects/"), {"objects": [indicator(8)]}), 202)


def test_rights_can_be_taken_back(lazuria: Software, stocked: Shelf) -> None:
    accounts.grant(lazuria.account, stocked, read=False, write=False, by="test")
    bad(lazuria.get(of(stocked, "objects/")), 404)


# -- 5.7: deleting -----------------------------------------------------------------------------------------------------


def test_what_was_given_is_deleted_whole_or_by_version(lazuria: Software, shelf: Shelf) -> None:
    def left() -> list[str]:
        found: list[str] = good(lazuria.get(of(shelf, f"objects/{key(1)}/versions/")))["versions"]
        return found

    good(lazuria.post(of(shelf, "objects/"), {"objects": [indicator(1, day) for day in (1, 2, 3, 4, 5)]}), 202)
    answer = lazuria.delete(of(shelf, f"objects/{key(1)}/?match[version]={moment(3)}"))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"", MEDIA)
    assert left() == [moment(day) for day in (1, 2, 4, 5)]
    assert lazuria.delete(of(shelf, f"objects/{key(1)}/?match[version]=first")).status_code == 200
    assert left() == [moment(day) for day in (2, 4, 5)]
    assert lazuria.delete(of(shelf, f"objects/{key(1)}/?match[version]=last")).status_code == 200
    assert left() == [moment(day) for day in (2, 4)]
    assert names(lazuria.get(of(shelf, "objects/"))) == [key(1)]
    bad(lazuria.delete(of(shelf, f"objects/{key(1)}/?match[spec_version]=2.0")), 404)
    assert lazuria.delete(of(shelf, f"objects/{key(1)}/")).status_code == 200
    bad(lazuria.get(of(shelf, f"objects/{key(1)}/")), 404)
    bad(lazuria.get(of(shelf, f"objects/{key(1)}/versions/")), 404)
    bad(lazuria.delete(of(shelf, f"objects/{key(1)}/")), 404)
    assert good(lazuria.get(of(shelf, "manifest/"))) == {}


def test_what_others_gave_is_not_deleted(lazuria: Software, stocked: Shelf) -> None:
    bad(lazuria.delete(of(stocked, f"objects/{key(1)}/")), 403)
    assert key(1) in names(lazuria.get(of(stocked, "objects/")))


# -- what is not for the viewer ----------------------------------------------------------------------------------------


def test_hidden_objects_leave_no_trace(software: Maker, shelf: Shelf) -> None:
    things = [indicator(number, marking=(GREEN, AMBER, RED)[number % 3]) for number in range(30)]
    store.add(shelf, raws(*things, indicator(0, 9, RED)), origin="CR", marking="AMBER")
    verdia = software("VD", shelf, write=True)
    shown = [key(number) for number in range(0, 30, 3)]
    for what in ("objects", "manifest"):
        assert names(verdia.get(of(shelf, f"{what}/"))) == shown
        assert names(verdia.get(of(shelf, f"{what}/?match[version]=all"))) == shown
        told = good(verdia.get(of(shelf, f"{what}/?limit=10")))
        assert told["more"] is False  # though there are more that it does not see
    hidden, absent = key(1), key(99)
    for rest in ("", "versions/"):
        there, not_there = (verdia.get(of(shelf, f"objects/{one}/{rest}")) for one in (hidden, absent))
        assert bad(there, 404) == bad(not_there, 404)
        assert dict(there.headers) == dict(not_there.headers)
    assert bad(verdia.delete(of(shelf, f"objects/{hidden}/")), 404) == bad(
        verdia.delete(of(shelf, f"objects/{absent}/")), 404
    )
    # Neither does posting tell whether somebody else gave the same, or something else, under that id.
    for name in ("Address 1", "Another"):
        told = good(verdia.post(of(shelf, "objects/"), {"objects": [indicator(1, marking=RED, name=name)]}), 202)
        assert told["success_count"] == (1 if name == "Address 1" else 0)
    assert names(verdia.get(of(shelf, f"objects/{key(1)}/"))) == [key(1)]


def test_polling_with_nothing_new_asks_the_database_little(
    lazuria: Software, stocked: Shelf, django_assert_max_num_queries: Any
) -> None:
    lazuria.get("/taxii2/")  # notes its use once a minute
    path = of(stocked, f"objects/?added_after={added(6)}")
    # The account, the shelf, its right, the audiences, and one walk that finds nothing.
    with django_assert_max_num_queries(5):
        assert good(lazuria.get(path)) == {}
