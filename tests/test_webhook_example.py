"""docs/examples/receive_webhook.py takes what is ours, once, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx

from api.clock import utc_now
from api.embedded.ports import free_port
from auth.webhook_secrets import new_webhook_secret, shown_secret, signed_headers
from tests.command_line import ROOT
from tests.processes import eventually

EXAMPLE = ROOT / "docs" / "examples" / "receive_webhook.py"
BODY = b'{"type":"permit.issued","timestamp":"2026-11-27T03:14:15.926Z","data":{"eventId":"e"}}'


@contextmanager
def receiving(secret: bytes, port: int) -> Iterator[subprocess.Popen[str]]:
    environment = {"ONECARD_WEBHOOK_SECRET": shown_secret(secret)}
    with subprocess.Popen(
        [sys.executable, EXAMPLE, str(port)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_the_example_takes_a_message_once_and_refuses_a_forged_or_an_old_one() -> None:
    secret, port = new_webhook_secret(), free_port()
    address = f"http://127.0.0.1:{port}/"

    def status(body: bytes, key: bytes = secret, age: timedelta = timedelta(0)) -> int:
        headers = signed_headers("whd_1", utc_now() - age, body, [new_webhook_secret(), key])
        return httpx.post(address, content=body, headers=dict(headers)).status_code

    def listens() -> bool:
        try:
            return httpx.get(address).status_code == 501
        except httpx.TransportError:
            return False

    with receiving(secret, port) as process:
        assert eventually(listens)
        assert status(BODY, new_webhook_secret()) == 400
        assert status(BODY, age=timedelta(hours=1)) == 400
        assert [status(BODY), status(BODY)] == [204, 204]
        process.kill()
        printed = process.stdout.read() if process.stdout else ""
    assert printed.splitlines() == ["permit.issued {'eventId': 'e'}"]
