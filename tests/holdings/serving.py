"""The node's own ASGI application on a free port of 127.0.0.1, in threads of this process."""

import contextlib
import threading
import time
from collections.abc import Iterator

import uvicorn

from verbale.demo.nodes import free_port
from verbale.holdings.taxii.asgi import Beside

__all__ = ["served"]


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of a running server."""
    from django.core.asgi import get_asgi_application

    application = Beside(get_asgi_application())
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(application, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        end = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < end, "the server does not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)
        application.stop()
