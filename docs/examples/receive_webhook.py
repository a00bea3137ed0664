"""Receive webhooks of OneCard Gateway: check, note, answer, and do the work afterwards.

Needs Python 3.11 and `pip install standardwebhooks`:

    ONECARD_WEBHOOK_SECRET=whsec_… python receive_webhook.py 8900
"""

from __future__ import annotations

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

LONGEST = 262_144
done: set[str] = set()
"""By `webhook-id`; a database of yours, in earnest."""


class Receiver(BaseHTTPRequestHandler):
    webhook: Webhook

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > LONGEST:
            return self._answer(413)
        body = self.rfile.read(length)
        try:
            message = self.webhook.verify(body, dict(self.headers.items()))
        except WebhookVerificationError:
            return self._answer(400)
        if self.headers["webhook-id"] not in done:
            # Each arrives at least once: what is done is noted before it is answered.
            print(message["type"], message["data"], flush=True)
            done.add(self.headers["webhook-id"])
        return self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nothing: an access log says less than the gateway's own log of deliveries."""


def main() -> None:
    Receiver.webhook = Webhook(os.environ["ONECARD_WEBHOOK_SECRET"])
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8900
    ThreadingHTTPServer(("127.0.0.1", port), Receiver).serve_forever()


if __name__ == "__main__":
    main()
