"""Web Push as the standards have it: RFC 8030 (request), 8291 (encryption), 8292 (by whom)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from api.outbound import Answer, Outbound
from api.providers.web_push import WebPushChannel, outcome_of, retry_after
from api.providers.web_push_encryption import (
    PADDED_BYTES,
    SubscriptionKeys,
    _encrypted,
    encrypted,
)
from auth.web_push_keys import (
    WebPushKeys,
    WebPushKeysUnreadable,
    create_web_push_keys,
    load_or_create_web_push_keys,
    load_web_push_keys,
)
from resolvers.push_channel import (
    Gone,
    PushMessage,
    PushOutcome,
    PushTarget,
    Rejected,
    Sent,
    TryLater,
    Urgency,
)
from tests.push_subscriber import Browser, base64url, push_url, signed_claims
from tests.tls_server import HOST, answering, client_context, server_context

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
MESSAGE = PushMessage("一卡通", "您有新的消息", "news", Urgency.HIGH, timedelta(days=1))

EXAMPLE_KEY = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
"""Of the standard's example."""


@pytest.fixture
def keys(tmp_path: Path) -> WebPushKeys:
    return load_or_create_web_push_keys(tmp_path / "keys" / "web-push.pem")


@pytest.fixture
async def channel(keys: WebPushKeys) -> AsyncIterator[WebPushChannel]:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    outbound = Outbound(loopback_allowed=True, ssl_context=client_context(), resolve=resolve)
    channel = WebPushChannel(outbound, keys, "https://cards.example")
    yield channel
    await channel.close()


def test_the_example_of_the_standard_is_encrypted_as_the_standard_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RFC 8291, section 5; without padding, as there."""
    monkeypatch.setattr("api.providers.web_push_encryption.PADDED_BYTES", 42)
    private = int.from_bytes(
        base64.urlsafe_b64decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw="), "big"
    )
    subscription = SubscriptionKeys.parsed(EXAMPLE_KEY, "BTBZMqHH6r4Tts7J_aSIgg")
    assert subscription is not None
    body = _encrypted(
        subscription,
        b"When I grow up, I want to be a watermelon",
        private=ec.derive_private_key(private, ec.SECP256R1()),
        salt=base64.urlsafe_b64decode("DGv6ra1nlYgDCS1FRnbzlw=="),
    )
    assert base64url(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAm"
        "S6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_"
        "Qulcy4a-fN"
    )


def test_what_is_encrypted_is_opened_by_another_implementation_and_tells_no_length() -> None:
    browser = Browser()
    subscription = SubscriptionKeys.parsed(browser.p256dh, base64url(browser.secret))
    assert subscription is not None
    bodies = [encrypted(subscription, text) for text in (b'{"a":1}', b'{"a":1}', b'{"b":"long"}')]
    assert [browser.opened(body) for body in bodies] == [{"a": 1}, {"a": 1}, {"b": "long"}]
    assert len(set(bodies)) == 3
    assert len({len(body) for body in bodies}) == 1
    with pytest.raises(ValueError, match="less than"):
        encrypted(subscription, b"x" * PADDED_BYTES)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", ""),
        ("!!!", "BTBZMqHH6r4Tts7J_aSIgg"),
        ("BCVx", "BTBZMqHH6r4Tts7J_aSIgg"),
        (base64url(b"\x04" + b"\x01" * 64), "BTBZMqHH6r4Tts7J_aSIgg"),
        (base64url(b"\x00" * 65), "BTBZMqHH6r4Tts7J_aSIgg"),
        (EXAMPLE_KEY, "BTBZMqHH6r4Tts7J_aSI"),
        (EXAMPLE_KEY, "BTBZMqHH6r4Tts7J_aSIgg+/"),
    ],
    ids=("empty", "no base64", "short", "no point", "nowhere", "short secret", "not for URLs"),
)
def test_keys_that_are_none_are_refused(p256dh: str, auth: str) -> None:
    assert SubscriptionKeys.parsed(p256dh, auth) is None


async def test_a_push_service_gets_a_signed_request_that_only_the_browser_can_read(
    channel: WebPushChannel, keys: WebPushKeys
) -> None:
    browser = Browser()
    async with answering(server_context()) as service:
        target = browser.target(push_url(service.port), keys.current)
        assert channel.accepts(target)
        assert await channel.send(target, MESSAGE, NOW) == Sent()
    [received] = service.received
    assert received.method == "POST"
    assert received.path == "/wpush/v2/abc"
    sent = {name: received.headers[name] for name in ("ttl", "urgency", "topic")}
    assert sent == {"ttl": "86400", "urgency": "high", "topic": "news"}
    assert received.headers["content-encoding"] == "aes128gcm"
    assert browser.opened(received.body) == {"title": "一卡通", "body": "您有新的消息"}
    origin = f"https://{HOST}:{service.port}"
    claims = signed_claims(received, origin=origin, server_key=keys.current)
    assert claims["sub"] == "https://cards.example"
    assert NOW.timestamp() < claims["exp"] <= (NOW + timedelta(days=1)).timestamp()


LATER = TryLater(None)
OUTCOMES: dict[int, PushOutcome] = {
    **dict.fromkeys((200, 201, 202, 204), Sent()),
    **dict.fromkeys((404, 410), Gone()),
    **dict.fromkeys((400, 401, 403, 405, 406, 413, 415, 422), Rejected()),
    **dict.fromkeys((301, 302, 303, 307, 308), Rejected()),
    **dict.fromkeys((408, 425, 429, 500, 502, 503, 504), LATER),
}


@pytest.mark.parametrize("status", OUTCOMES)
def test_every_status_has_its_outcome(status: int) -> None:
    assert outcome_of(Answer(status, {}, b""), NOW) == OUTCOMES[status]


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("999999999999", 86_400),
        ("Fri, 27 Nov 2026 09:05:00 GMT", 300),
        ("Fri, 27 Nov 2026 08:00:00 GMT", 0),
        ("Sun, 27 Dec 2026 09:00:00 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_bounded(told: str, seconds: int | None) -> None:
    wait = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"retry-after": told}, NOW) == wait
    assert outcome_of(Answer(429, {"retry-after": told}, b""), NOW) == TryLater(wait)


async def test_a_service_that_cannot_be_reached_is_tried_later_and_a_refused_address_is_not(
    channel: WebPushChannel, keys: WebPushKeys
) -> None:
    async with answering(server_context()) as service:
        port = service.port
    target = Browser().target(push_url(port), keys.current)
    assert await channel.send(target, MESSAGE, NOW) == TryLater()
    production = WebPushChannel(
        Outbound(loopback_allowed=False, ssl_context=client_context()), keys, "https://x.example"
    )
    for host in ("127.0.0.1", "localhost", "10.0.0.1", "[fd00::1]"):
        private = Browser().target(f"https://{host}:{port}/", keys.current)
        assert await production.send(private, MESSAGE, NOW) == Rejected()
    await production.close()


async def test_a_service_that_redirects_or_resolves_to_us_is_refused_in_production(
    channel: WebPushChannel, keys: WebPushKeys
) -> None:
    async with answering() as inside, answering(server_context(), statuses=[307]) as service:
        service.headers["Location"] = f"http://127.0.0.1:{inside.port}/"
        target = Browser().target(push_url(service.port), keys.current)
        assert await channel.send(target, MESSAGE, NOW) == Rejected()
        assert (len(service.received), inside.received) == (1, [])

        async def resolve(_host: str, _port: int) -> list[str]:
            return ["93.184.216.34", "127.0.0.1"]

        outbound = Outbound(loopback_allowed=False, ssl_context=client_context(), resolve=resolve)
        production = WebPushChannel(outbound, keys, "https://x.example")
        assert production.accepts(target)
        assert await production.send(target, MESSAGE, NOW) == Rejected()
        assert len(service.received) == 1
        await production.close()


async def test_only_a_subscription_made_with_one_of_our_keys_is_taken(
    channel: WebPushChannel, keys: WebPushKeys
) -> None:
    browser, url = Browser(), "https://push.example/a"
    assert channel.accepts(browser.target(url, keys.current))
    assert not channel.accepts(browser.target(url, Browser().p256dh))
    assert not channel.accepts(browser.target("ftp://push.example/a", keys.current))
    assert not channel.accepts(PushTarget(url, {"server_key": keys.current}))


def test_the_first_key_of_the_file_is_the_current_one_and_older_ones_still_sign(
    tmp_path: Path,
) -> None:
    old, new, both = (tmp_path / name for name in ("old.pem", "new.pem", "both.pem"))
    for path in (old, new):
        create_web_push_keys(path)
    both.write_bytes(new.read_bytes() + old.read_bytes())
    both.chmod(0o600)
    keys = load_web_push_keys(both)
    assert keys.current == load_web_push_keys(new).current
    assert set(keys.by_public) == {keys.current, load_web_push_keys(old).current}
    before = old.read_bytes()
    create_web_push_keys(old)
    assert old.read_bytes() == before
    assert "PRIVATE" not in repr(keys)


@pytest.mark.parametrize("fault", ["missing", "empty", "readable", "other", "encrypted-looking"])
def test_a_key_file_that_cannot_be_used_is_told_without_its_content(
    tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "web-push.pem"
    create_web_push_keys(path)
    if fault == "missing":
        path.unlink()
    elif fault == "empty":
        path.write_bytes(b"")
    elif fault == "readable":
        path.chmod(0o644)
    else:
        path.write_bytes(b"-----BEGIN PRIVATE KEY-----\nsekrit\n-----END PRIVATE KEY-----\n")
    with pytest.raises(WebPushKeysUnreadable) as told:
        load_web_push_keys(path)
    assert "\n" not in str(told.value)
    assert "sekrit" not in str(told.value)
