"""`onecard serve`: the gateway over HTTP, with a local MongoDB in development."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import resource
import socket
from collections.abc import Iterator

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from api.app import SERVING_PARENT
from api.clock import utc_now
from api.commands.connection import serving_uri
from api.commands.greeting import say_hello
from api.commands.stopping import stopping_on_term
from api.embedded import end_with_parent
from api.failure import Refusal
from api.http_protocol import PromptHttp
from api.letter_signing import letter_signer
from api.live.registry import MAX_CONNECTIONS as MAX_STREAMS
from api.logs import configure_logging
from api.metrics import prepare_multiprocess
from api.name_choice import name_source
from api.outlets import check_outlets
from api.preparation import prepare
from api.provider_choice import verifying_providers
from api.runtime import load_keys
from api.settings import load_settings
from api.websocket_protocol import (
    MAX_MESSAGE_BYTES,
    PING_SECONDS,
    PONG_SECONDS,
    BoundedWebSocket,
)

GRACEFUL_SECONDS = 10
KEEP_ALIVE_SECONDS = 30
MAX_CONNECTIONS = 1_000
"""Beside those that carry a stream, which have a bound of their own."""
SPARE_FILES = 200
"""For the database, keys, logs, and what the interpreter opens."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
def serve(host: str, port: int, workers: int) -> None:
    """Serve the graph. Without ONECARD_MONGODB_URI a local MongoDB is started (development)."""
    end_with_parent()
    settings = load_settings()
    configure_logging()
    key_set = load_keys(settings)
    verifying_providers(settings, key_set)
    name_source(settings, key_set)
    check_outlets(settings)
    letter_signer(settings, utc_now())
    with stopping_on_term(), _listening(host, port) as listener, serving_uri(settings) as uri:
        asyncio.run(prepare(settings, uri, demo_keys=None if settings.in_production else key_set))
        # The application and its worker processes read their settings from the environment.
        os.environ["ONECARD_MONGODB_URI"] = uri
        os.environ[SERVING_PARENT] = str(os.getpid())
        if workers > 1:
            prepare_multiprocess(settings.data_dir / "metrics")
        say_hello(settings, host, port)
        with contextlib.suppress(KeyboardInterrupt):
            _run(listener, workers)


def _allow_files() -> None:
    """As many as there may be connections: systems give a process 1,024 unless it asks for more,
    and one that has none left can neither accept nor reach its database."""
    wanted = MAX_CONNECTIONS + MAX_STREAMS + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _run(listener: socket.socket, workers: int) -> None:
    _allow_files()
    config = uvicorn.Config(
        "api.serving:create_app",
        factory=True,
        workers=workers,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        ws=BoundedWebSocket,
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        # httptools with bounds of ours.
        http=PromptHttp,
        limit_concurrency=MAX_CONNECTIONS + MAX_STREAMS,
    )
    if workers > 1:
        Multiprocess(config, [listener]).run()
        return
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    if not server.started:
        raise Refusal("the gateway did not start; the log above says why")


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The port, taken before anything is started, so that a busy one costs nothing."""
    with _bound(host, port) as listener:
        listener.set_inheritable(True)
        yield listener


def _bound(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except socket.gaierror:
        raise Refusal(f"--host {host} is no address of this machine") from None
    # Named, because asyncio switches off the delay of small answers only for a named TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise Refusal(
                f"port {port} is in use; stop what uses it or choose another --port"
            ) from None
        raise Refusal(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listener
