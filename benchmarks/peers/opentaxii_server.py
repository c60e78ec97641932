"""OpenTAXII with its SQL backend on SQLite, on one port; runs with the Python of the peers, not with ours.

python opentaxii_server.py PORT FOLDER: prints the path of a public collection, then serves. Its answer to POST is
mended first: it holds a UUID, which `json.dumps` refuses, so that no POST of objects is ever answered.
"""

import json
import logging
import sys
from pathlib import Path

import structlog
from werkzeug.serving import WSGIRequestHandler, run_simple

CONFIG = """
domain: "127.0.0.1:{port}"
auth_api:
  class: opentaxii.auth.sqldb.SQLDatabaseAPI
  parameters: {{db_connection: "sqlite:///{folder}/auth.db", create_tables: yes, secret: bench}}
taxii1:
taxii2:
  title: bench
  max_content_length: 104857600
  public_discovery: true
  allow_custom_properties: true
  persistence_api:
    class: opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI
    parameters: {{db_connection: "sqlite:///{folder}/data.db", create_tables: yes}}
logging: {{opentaxii: error, root: error}}
"""


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    config = folder / "opentaxii.yml"
    config.write_text(CONFIG.format(port=port, folder=folder))

    import opentaxii.taxii2.http as answers
    from opentaxii.config import ServerConfig
    from opentaxii.middleware import create_app
    from opentaxii.server import TAXIIServer

    class Mended:
        dumps = staticmethod(lambda data: json.dumps(data, default=str))

    answers.json = Mended
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    application = create_app(TAXIIServer(ServerConfig(extra_configs=[str(config)])))
    with application.app_context():
        api = application.taxii_server.servers.taxii2.persistence.api
        root = api.add_api_root(title="bench", default=True, is_public=True)
        collection = api.add_collection(str(root.id), "bench", is_public=True, is_public_write=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    print(f"/taxii2/{root.id}/collections/{collection.id}/", flush=True)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"  # connections stay open, as with the others
    run_simple("127.0.0.1", port, application, threaded=True)


main()
