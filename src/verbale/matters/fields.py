"""Form fields that several kinds share."""

from django import forms
from django.utils.translation import gettext_lazy as _

from verbale.protocol.limits import MAX_ATTACHMENT_BYTES

__all__ = ["FilesField"]


class _ManyFiles(forms.ClearableFileInput):
    """A file control that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each within the limit of an attachment."""

    widget = _ManyFiles

    def clean(self, data: object, initial: object = None) -> list:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        for file in files:
            if file.size > MAX_ATTACHMENT_BYTES:
                raise forms.ValidationError(
                    _("%(name)s has %(size)s bytes; the limit is %(limit)s.")
                    % {"name": file.name, "size": file.size, "limit": MAX_ATTACHMENT_BYTES}
                )
        return list(files)
