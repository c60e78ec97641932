"""Sets up one practice node in a process of its own: reads a JSON order on standard input, writes what it made.

Only the demonstration calls this. It uses what `verbale init` and `verbale user add` use.
"""

import base64
import json
import os
import secrets
import sys
from typing import Any


def main() -> None:
    """Order: `{"config": {…}, "people": […], "password": text}`. Answer: `{"tokens": {user: token}, "totp": {…}}`."""
    order = json.load(sys.stdin)
    os.environ["DJANGO_SETTINGS_MODULE"] = "verbale.node.settings"
    from verbale.node.home import Config, Home
    from verbale.node.setup import create_home, prepare_database

    home = Home.here()
    passphrase = home.passphrase()
    assert passphrase is not None  # the demonstration hands one over
    create_home(home, Config(**order["config"]), passphrase)
    import django

    django.setup()
    prepare_database()
    json.dump(_people(order), sys.stdout)


def _people(order: dict[str, Any]) -> dict[str, Any]:
    from verbale.desk import second_factor
    from verbale.node import people
    from verbale.node.models import ApiToken

    tokens, secrets_of = {}, {}
    for given in order["people"]:
        person = people.create(password=order["password"], by="demonstration", **given)
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        second_factor.enrol(person, secret)
        tokens[person.username] = ApiToken.make(person, "demonstration", may_clear="head" in person.roles)
        secrets_of[person.username] = secret
    return {"tokens": tokens, "totp": secrets_of}


if __name__ == "__main__":
    main()
