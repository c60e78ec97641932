"""Set-up and filling of the node that `benchmarks.taxii` measures, in a process of their own with its environment.

python -m benchmarks.taxii_node account: prints shelf and token. … fill SHELF COUNT: puts so many objects there.
… behind: prints how many entries the node has still to index.
"""

import os
import sys
import time


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "verbale.node.settings"
    import django

    django.setup()
    from benchmarks.taxii import FILLED, objects
    from verbale.holdings import accounts, bulk, shelves, terms
    from verbale.holdings.models import Shelf
    from verbale.node.models import Partner

    if sys.argv[1] == "behind":
        print(terms.behind())
        return
    if sys.argv[1] == "account":
        Partner.objects.create(
            node="LZ", name="Lazuria", kind="state", status=Partner.Status.CONFIRMED, chain=b"", fingerprint=""
        )
        shelf = shelves.make("Bench")
        account, token = accounts.make("bench", "LZ", by="bench")
        accounts.grant(account, shelf, read=True, write=True, by="bench")
        print(shelf.pk, token)
        return
    # Made before the clock starts; half of them the reader of the bench may not see.
    made = list(objects(int(sys.argv[3]), first=FILLED, hidden=True))
    began = time.perf_counter()
    for _ in bulk.take_in(Shelf.objects.get(pk=sys.argv[2]), made, marking="AMBER"):
        pass
    print(len(made) / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
