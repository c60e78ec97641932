"""The node as an ASGI application: pages, API and exchange, the live stream, and TAXII beside them."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verbale.node.settings")

_pages = get_asgi_application()

from verbale.holdings.taxii.asgi import Beside  # noqa: E402 — models can be imported only now

application = Beside(_pages)
