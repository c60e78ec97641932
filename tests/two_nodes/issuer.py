"""Issues acts with a node's own services, in a process with that node's environment. Run as a script by `nodes.Issuer`.

Reads `[first number, count, precedence]` a line; answers with the ids of the acts, once they are durable.
"""

import hashlib
import json
import os
import sys


def main(to: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "verbale.node.settings"
    import django

    django.setup()
    from verbale.matters.channel.fold import channel_id
    from verbale.node import attachments
    from verbale.node.identity import node_name
    from verbale.node.services import Clearance, Outgoing, issue_many
    from verbale.protocol import standing_matter_id

    me = node_name()
    clearance = Clearance("desk", "head")

    def note(number: int, precedence: str) -> Outgoing:
        body = {
            "form": "note-verbale",
            "number": f"{number}/2026",
            "subject": f"Matter {number}",
            "paragraphs": [f"inform the Ministry of matter {number}. " * 20],
            "letterhead": {"ministry": "Ministry", "state": "Republic", "short": me, "colour": "#8a1c2b"},
            "addressee": f"Ministry of {to}",
            "date": "2026-11-24",
        }
        return Outgoing("channel.note", body, (to,), channel_id((me, to)), precedence=precedence)

    def report(number: int, precedence: str) -> Outgoing:
        content = hashlib.sha256(str(number).encode()).digest() * 200
        attachments.store([content])
        body = {
            "title": f"Report {number}",
            "attachments": [attachments.describe(content, f"{number}.bin", "application/octet-stream")],
        }
        # A few dossiers, so that more than one matter is folded.
        matter = standing_matter_id("incident", [me, to, f"CASE-{number % 4}"])
        return Outgoing("incident.report", body, (to,), matter, precedence=precedence)

    for line in sys.stdin:
        first, count, precedence = json.loads(line)
        numbers = range(first, first + count)
        acts = issue_many(
            [(report if number % 5 == 0 else note)(number, precedence) for number in numbers], clearance=clearance
        )
        sys.stdout.write(json.dumps([act.id for act in acts]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
