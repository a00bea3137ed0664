"""Metrics and health: who may ask, what is counted, and what becomes of gone workers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.health import Readiness, health_routes
from api.metrics import Metrics
from tests.http_stand_in import client_of_app, post, recorded_lines, stand_in_app

TOKEN = "a-token-of-forty-characters-for-metrics-"
CANARY = "Canary_Lindqvist_7731"


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"x-forwarded-for": "198.51.100.9"}, 404),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1, 198.51.100.9"}, 404),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("127.0.0.1", {"forwarded": "for=198.51.100.9"}, 404),
        ("127.0.0.1", {"x-real-ip": "198.51.100.9"}, 404),
        ("127.0.0.1", {"via": "1.1 proxy"}, 404),
        ("192.0.2.1", {}, 404),
        ("192.0.2.1", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("192.0.2.1", {"authorization": f"Bearer {TOKEN}"}, 200),
        ("192.0.2.1", {"authorization": f"bearer  {TOKEN}"}, 200),
        ("192.0.2.1", {"authorization": f"Bearer {TOKEN}x"}, 404),
        ("192.0.2.1", {"authorization": "Bearer "}, 404),
        ("192.0.2.1", {"authorization": f"Basic {TOKEN}"}, 404),
    ],
)
async def test_metrics_answer_loopback_and_the_bearer_of_the_token_only(
    peer: str, headers: dict[str, str], status: int
) -> None:
    app = stand_in_app(trusted_proxies=["127.0.0.0/8"], metrics_token=TOKEN)
    async with client_of_app(app, peer=peer) as client:
        answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("onecard_http_requests" in answer.text) is (status == 200)


async def test_who_comes_through_a_proxy_that_is_not_trusted_is_not_local() -> None:
    async with client_of_app(stand_in_app(), peer="127.0.0.1") as client:
        answer = await client.get("/metrics", headers={"x-forwarded-for": "198.51.100.9"})
    assert answer.status_code == 404


async def test_without_a_token_no_bearer_opens_the_metrics() -> None:
    async with client_of_app(stand_in_app()) as client:
        answer = await client.get("/metrics", headers={"authorization": "Bearer "})
    assert answer.status_code == 404


async def test_requests_are_counted_by_route_class_of_status_operation_and_code() -> None:
    async with client_of_app(stand_in_app(), peer="127.0.0.1") as client:
        await post(client, "{ row { number } }")
        await post(client, "mutation { change }")
        await post(client, "{ nothing }")
        await client.get("/crash/one")
        found = samples((await client.get("/metrics")).text)
    requests = "onecard_http_requests_total"
    assert found[requests, "method=POST", "route=/graphql", "status=2xx"] == 2
    assert found[requests, "method=POST", "route=/graphql", "status=4xx"] == 1
    assert found[requests, "method=GET", "route=/crash/{what}", "status=5xx"] == 1
    seconds = "onecard_http_request_seconds_count"
    assert found[seconds, "operation=mutation", "route=/graphql"] == 1
    assert found["onecard_errors_total", "code=GRAPHQL_VALIDATION_FAILED"] == 1
    assert found["onecard_errors_total", "code=INTERNAL"] == 1
    # The request that asks is the only one in progress.
    assert found[("onecard_http_requests_in_progress",)] == 1


async def test_no_label_grows_with_what_clients_send() -> None:
    async with client_of_app(stand_in_app(), peer="127.0.0.1") as client:
        for number in range(5):
            word = f"{CANARY}{number}"
            await client.request(word.upper(), f"/{word}?{word}")
            await client.get(f"/crash/{word}")
            await post(client, f"query {word} {{ {word}: {word} }}", operationName=word)
        text = (await client.get("/metrics")).text
    assert CANARY.lower() not in text.lower()
    assert sum("onecard_http_requests_total{" in line for line in text.splitlines()) == 3


WORKER = """
import os, sys
from pathlib import Path
from api.metrics import Metrics
metrics = Metrics(Path(sys.argv[1]))
metrics.note_request(method="GET", route="/graphql", status=200, operation="query", codes=[],
                     seconds=0.1)
metrics.request_begun()
print("counted", flush=True)
sys.stdin.read()
if sys.argv[2] == "killed":
    os.kill(os.getpid(), 9)
metrics.request_over()
print(metrics.exposition().decode())
"""
PARENT = """
import subprocess, sys
from pathlib import Path
from api.metrics import prepare_multiprocess
directory = Path(sys.argv[1])
prepare_multiprocess(directory)
workers = [subprocess.Popen([sys.executable, "-c", sys.argv[2], directory, end], text=True,
           stdin=subprocess.PIPE, stdout=subprocess.PIPE) for end in ("killed", "killed", "asks")]
for worker in workers:
    assert worker.stdout.readline() == "counted\\n"
for worker in workers[:2]:
    worker.communicate()
print(workers[2].communicate()[0])
"""


def test_one_worker_answers_for_all_and_gone_ones_are_no_longer_in_progress(
    tmp_path: Path,
) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    stale = directory / "counter_1.db"
    stale.write_bytes(b"of an earlier run")
    run = subprocess.run(
        [sys.executable, "-c", PARENT, directory, WORKER],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = samples(run.stdout)
    requests = "onecard_http_requests_total"
    assert found[requests, "method=GET", "route=/graphql", "status=2xx"] == 3
    assert found[("onecard_http_requests_in_progress",)] == 0
    assert not stale.exists()
    assert list(directory.glob("gauge_live*.db")) != []


async def good() -> None:
    return None


async def bad() -> None:
    raise ConnectionError(CANARY)


async def test_alive_is_told_without_looking_at_anything_else() -> None:
    app = stand_in_app(routes=health_routes(Readiness({"database": bad})))
    async with client_of_app(app) as client:
        answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "live"})


async def test_ready_names_what_failed_and_says_nothing_more() -> None:
    with recorded_lines() as lines:
        readiness = Readiness({"database": bad, "keys": good, "feed": bad})
        app = stand_in_app(routes=health_routes(readiness))
        async with client_of_app(app) as client:
            answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failed", "failed": ["database", "feed"]}
    assert {line["state"] for line in lines.of("check failed")} == {"database", "feed"}
    assert not any(CANARY in text for text in lines.texts)


async def test_ready_is_told_when_all_is_well_and_not_logged() -> None:
    with recorded_lines() as lines:
        app = stand_in_app(routes=health_routes(Readiness({"database": good})))
        async with client_of_app(app) as client:
            answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
    assert lines.of("request") == []


async def test_a_check_that_hangs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang() -> None:
        await asyncio.sleep(3_600)

    monkeypatch.setattr("api.health.CHECK_SECONDS", 0.02)
    assert await Readiness({"database": hang}).failed() == ["database"]


async def test_the_checks_run_once_a_second_however_often_they_are_asked() -> None:
    ran: list[float] = []
    clock = iter([0.0] * 20 + [1.0])

    async def check() -> None:
        ran.append(1)

    readiness = Readiness({"database": check}, clock=lambda: next(clock))
    await asyncio.gather(*(readiness.failed() for _ in range(20)))
    assert len(ran) == 1
    await readiness.failed()
    assert len(ran) == 2


def test_two_processes_metrics_do_not_meet_in_one_registry() -> None:
    assert Metrics().registry is not Metrics().registry
