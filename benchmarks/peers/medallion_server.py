"""Medallion with its memory backend, on one port; runs with the Python of the peers, not with ours.

python medallion_server.py PORT FOLDER: prints the path of the collection and the header of HTTP Basic, then serves.
"""

import base64
import json
import logging
import sys
from pathlib import Path

from medallion import application_instance, register_blueprints, set_config
from werkzeug.serving import WSGIRequestHandler, run_simple

COLLECTION = "365fed99-08fa-4dcd-a1b3-fb247eb41d01"
INFORMATION = {"title": "bench", "versions": ["application/taxii+json;version=2.1"], "max_content_length": 104857600}
DATA = {
    "/discovery": {"title": "bench", "default": "/bench/", "api_roots": ["/bench/"]},
    "bench": {
        "information": INFORMATION,
        "status": [],
        "collections": [
            {
                "id": COLLECTION,
                "title": "bench",
                "can_read": True,
                "can_write": True,
                "media_types": ["application/stix+json;version=2.1"],
                "objects": [],
                "manifest": [],
            }
        ],
    },
}


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    data = folder / "medallion.json"
    data.write_text(json.dumps(DATA))
    config = {
        "backend": {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": str(data),
        },
        "users": {"bench": "bench"},
        "taxii": {"max_page_size": 100},
    }
    for section in ("backend", "users", "taxii"):
        set_config(application_instance, section, config)
    register_blueprints(application_instance)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    basic = base64.b64encode(b"bench:bench").decode()
    print(f"/bench/collections/{COLLECTION}/ Basic {basic}", flush=True)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"  # connections stay open, as with the others
    run_simple("127.0.0.1", port, application_instance, threaded=True)


main()
