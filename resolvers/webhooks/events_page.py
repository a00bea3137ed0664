"""docs/webhooks-events.md and docs/webhooks-events.schema.json, made from the catalogue:

    python -m resolvers.webhooks.events_page > docs/webhooks-events.md
    python -m resolvers.webhooks.events_page schema > docs/webhooks-events.schema.json

A test compares the committed files with these.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from resolvers.rules.webhook_events import CATALOGUE, SCHEMA_DIALECT, WebhookEvent, schema_of

INTRODUCTION = """\
# What webhooks tell of

Made by `python -m resolvers.webhooks.events_page > docs/webhooks-events.md`; do not edit it by
hand.

The catalogue is closed: a kind that is not here is never sent. `data` holds ids and nothing else,
but for what the webhook's own query selects ([webhooks.md](webhooks.md)). New kinds and new members
of `data` may be added; nothing is removed or changes its meaning. One JSON Schema tells them all:
[webhooks-events.schema.json](webhooks-events.schema.json).

| `type` | in `events` | it happened that | always in `data` | where it applies |
|---|---|---|---|---|
"""


def events_page() -> str:
    """The whole page, with one line break at its end."""
    names = {str(event): f"`{event.name}`" for event in WebhookEvent}
    lines = []
    for kind, shape in CATALOGUE.items():
        always = f"`eventId` `{shape.object_name}`"
        sometimes = " ".join(f"`{name}`" for name in shape.related)
        chosen = names.get(str(kind), "never: see `sendTestEvent`")
        lines.append(f"| `{kind}` | {chosen} | {shape.means} | {always} | {sometimes} |")
    return INTRODUCTION + "\n".join(lines) + "\n"


def events_schema() -> dict[str, Any]:
    """Of whatever a webhook receives."""
    kinds = [str(kind) for kind in CATALOGUE]
    shapes = {kind: schema_of(kind) for kind in kinds}
    return {
        "$schema": SCHEMA_DIALECT,
        "title": "What a webhook of OneCard Gateway receives",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in kinds],
        "$defs": shapes,
    }


def events_schema_text() -> str:
    return json.dumps(events_schema(), indent=2) + "\n"


if __name__ == "__main__":
    wants_schema = sys.argv[1:] == ["schema"]
    sys.stdout.write(events_schema_text() if wants_schema else events_page())
