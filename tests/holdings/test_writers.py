"""Several who add at once: each moment of arrival is its own, and a reader who goes on from the last misses nothing."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from tests.holdings.things import indicator, key, raw
from verbale.holdings import store
from verbale.holdings.models import Entry, Shelf
from verbale.holdings.store import Query, Viewer

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ROUNDS, EACH = 4, 8, 25


def test_a_reader_beside_many_writers_loses_nothing(shelf: Shelf) -> None:
    failures: list[BaseException] = []
    done = threading.Event()
    found: list[str] = []

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def write(number: int) -> None:
        for start in range(ROUNDS):
            first = (number * ROUNDS + start) * EACH
            things = [raw(indicator(first + inner)) for inner in range(EACH)]
            assert store.add(shelf, things, origin="CR", marking="GREEN").accepted == EACH

    def read() -> None:
        after, last = Query().after, False
        while True:
            page = store.page(shelf, Viewer("LZ"), Query(after=after, limit=40))
            found.extend(entry.stix_id for entry in page.entries)
            after = page.cursor
            if not page.entries:
                if last:
                    return
                last = done.is_set()
                time.sleep(0.002)

    reader = guarded(read)
    writers = [guarded(lambda number=number: write(number)) for number in range(WRITERS)]  # type: ignore[misc]
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert not failures
    assert sorted(found) == sorted(key(number) for number in range(WRITERS * ROUNDS * EACH))
    assert Entry.objects.count() == len(found)
