"""A folder of a state's own packs for one test; what was read before and what the test adds is forgotten around it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from verbale.knowledge import countries, forms, norms, taxonomies
from verbale.knowledge.instruments import store

_CACHES = (
    countries._countries,
    countries._by_name,
    forms._forms,
    norms.all_norms,
    taxonomies._taxonomies,
    store.library,
)


@contextmanager
def packs_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """VERBALE_PACKS names the folder inside; `put` writes into it."""
    with monkeypatch.context() as inside:
        inside.setenv("VERBALE_PACKS", str(folder))
        forget()
        try:
            yield folder
        finally:
            inside.undo()
            forget()


def forget() -> None:
    """Packs are read again when next asked for."""
    for cache in _CACHES:
        cache.cache_clear()


def put(folder: Path, kind: str, name: str, text: str) -> Path:
    """Write a pack."""
    file = folder / kind / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    forget()
    return file
