"""Values as people type them on the command line, or as a button carries them, in the shapes of a body."""

from collections.abc import Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from verbale.matters.kit.forms import row_of
from verbale.matters.kit.spec import Field
from verbale.node.errors import UserError

__all__ = ["typed"]

_TRUE = frozenset({"1", "on", "true", "yes"})


def typed(field: Field, texts: Sequence[str]) -> Any:
    """The value of a field that was given once or, for lists, several times. Raises UserError naming the field.

    Files are named by their path; a row has a bar between its columns.
    """
    if field.widget in ("lines", "choices"):
        return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    if field.widget == "paragraphs":
        return [part.strip() for text in texts for part in text.split("\n\n") if part.strip()]
    if field.widget == "rows":
        return [row_of(field.columns, line) for text in texts for line in text.splitlines() if line.strip()]
    if field.widget == "files":
        return [_file(path, field) for path in texts]
    if len(texts) > 1:
        raise UserError(_("%(field)s is given twice.") % {"field": field.name}, field.name)
    if field.widget == "number":
        try:
            return int(texts[0])
        except ValueError:
            told = {"field": field.name, "text": texts[0]}
            raise UserError(_("%(field)s: %(text)s is no whole number.") % told, field.name) from None
    return texts[0].lower() in _TRUE if field.widget == "check" else texts[0]


def _file(path: str, field: Field) -> tuple[str, str, bytes]:
    found = Path(path)
    if not found.is_file():
        raise UserError(_("%(field)s: there is no file %(path)s.") % {"field": field.name, "path": path}, field.name)
    return found.name, guess_type(found.name)[0] or "application/octet-stream", found.read_bytes()
