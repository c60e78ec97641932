"""Queries that are asked thousands of times a minute: the ORM makes them into SQL once, then only the values change.

To put one together takes the ORM five times as long as the database takes to answer it.
"""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

__all__ = ["Prepared"]


class Prepared:
    """`make` is given a placeholder for each value, of its type, and returns a queryset of `values_list`."""

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *types: type[str] | type[int]) -> None:
        self._make = make
        self._places: dict[object, int] = {
            (f"\ue000{number}" if kind is str else -(1 << 53) - number): number for number, kind in enumerate(types)
        }
        # A compiler belongs to the connection of its thread.
        self._own = threading.local()

    def __call__(self, *values: str | int) -> list[tuple[Any, ...]]:
        """The rows, as the queryset would give them."""
        if not hasattr(self._own, "compiled"):
            compiler = self._make(*self._places).query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            converters = compiler.get_converters([column[0] for column in compiler.select])
            order = [self._places.get(value) for value in params]
            self._own.compiled = compiler, sql, params, order, converters
        compiler, sql, params, order, converters = self._own.compiled
        given = [value if place is None else values[place] for value, place in zip(params, order, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(sql, given)
            rows = cursor.fetchall()
        if converters:
            rows = list(map(tuple, compiler.apply_converters(rows, converters)))
        return rows

    def first(self, *values: str | int) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        return next(iter(self(*values)), None)
