"""The node as an ASGI application: pages, API and exchange, and the live stream."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verbale.node.settings")

application = get_asgi_application()
