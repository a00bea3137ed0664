"""The search for leaks finds what it is there to find, and knows which libraries are silenced."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from api.metrics import Metrics
from auth.mongo import Database
from tests.leaks import (
    Known,
    Watch,
    assert_nothing_left,
    new_person,
    watched,
    watching,
    without_echo,
    without_sample_values,
)
from tests.serving import Serving

NAME, NUMBER, CODE = "Quastenflößer", "GD4400000012", "482913"

HIDING_PLACES: dict[str, Callable[[str], str]] = {
    "as it is": lambda value: f"holder {value}.",
    "upper case": lambda value: value.upper(),
    "lower case": lambda value: value.lower(),
    "within a word": lambda value: f"x{value}x",
    "as JSON": json.dumps,
    "in an address": lambda value: f"/people/{quote(value)}?x",
    "as repr": lambda value: repr({"name": value}),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 behind another": lambda v: base64.b64encode(f"1764.{v}.x".encode()).decode(),
    "base64 behind two": lambda v: base64.urlsafe_b64encode(f"17645.{v}".encode()).decode(),
}


@pytest.mark.parametrize("hide", HIDING_PLACES.values(), ids=HIDING_PLACES.keys())
@pytest.mark.parametrize("value", [NAME, NUMBER, "贝诺拉"])
def test_a_value_is_found_wherever_it_hides(value: str, hide: Callable[[str], str]) -> None:
    known = Known()
    known.add(value)
    assert known.found_in(hide(value)) == {value}
    assert known.found_in(hide("Nobody9")) == set()


def test_a_code_is_found_as_a_word_and_not_within_a_longer_number_or_an_id() -> None:
    known = Known()
    known.add(CODE)
    assert known.found_in(f'{{"code": "{CODE}"}}') == {CODE}
    assert known.found_in(f"code {CODE}, sent") == {CODE}
    assert known.found_in(f"req_a{CODE}b 1{CODE} {CODE}7 id{CODE}") == set()


def test_a_short_name_in_chinese_is_found_within_a_sentence() -> None:
    known = Known()
    known.add("王小")
    assert known.found_in("尊敬的王小，您好") == {"王小"}
    assert known.found_in_bytes("尊敬的王小，您好".encode()) == {"王小"}


@pytest.mark.parametrize("value", ["Zwen", "O'Qui"])
def test_a_short_name_is_found_as_a_word_and_not_within_what_chance_has_written(value: str) -> None:
    known = Known()
    known.add(value)
    for hidden in (f'{{"name": "{value}"}}', f"dear {value.upper()}, hello", f"no-{value}-x"):
        assert known.found_in(hidden) == {value}
        assert known.found_in_bytes(hidden.encode()) == {value}
    assert known.found_in(f"req_a{value}b 1{value} {value}7") == set()
    assert known.found_in_bytes(b"\x01\xff" + value.encode() + b"\x00\xfe") == set()


def test_tokens_in_answers_are_known_by_themselves_and_by_their_secret_part() -> None:
    known = Known()
    known.add_answer({"data": {"x": {"refreshToken": f"ort_ses_1.0.1.{'k' * 43}"}}})
    assert known.found_in(f"mac {'k' * 43}") == {"k" * 43}
    assert known.found_in("ort_ses_1") == set()


def in_our_argument(_serving: Serving, _watch: Watch) -> None:
    logging.getLogger("onecard.test").info("holder %s came", NAME)


def in_our_event(_serving: Serving, _watch: Watch) -> None:
    logging.getLogger("auth.test").warning(f"holder {NAME} came")  # noqa: G004 - the leak itself


def in_our_field(_serving: Serving, _watch: Watch) -> None:
    logging.getLogger("onecard.test").error("came", extra={"reason": NUMBER.lower()})


def in_uvicorns_argument(_serving: Serving, _watch: Watch) -> None:
    logging.getLogger("uvicorn.error").warning("Invalid request %s", NAME)


async def in_an_answer(_serving: Serving, watch: Watch) -> None:
    watch.errors.append(json.dumps(without_echo({"errors": [{"message": f"no {NAME}"}]})))


async def in_a_text_of_a_document(serving: Serving, _watch: Watch) -> None:
    await planted(serving.database, {"device": {"names": ["x", f"{NAME}'s phone"]}})


async def in_bytes_of_a_document(serving: Serving, _watch: Watch) -> None:
    await planted(serving.database, {"sealed": b"\x01" + NUMBER.encode() + b"\xff"})


async def in_utf_16_of_a_document(serving: Serving, _watch: Watch) -> None:
    await planted(serving.database, {"sealed": b"\x01" + NAME.encode("utf-16-le")})


async def in_a_key_of_a_document(serving: Serving, _watch: Watch) -> None:
    await planted(serving.database, {NUMBER: 1})


async def planted(database: Database, document: dict[str, Any]) -> None:
    await database["throttle"].insert_one(
        {"_id": b"planted", **document}, bypass_document_validation=True
    )


PLANTS = (
    in_our_argument,
    in_our_event,
    in_our_field,
    in_uvicorns_argument,
    in_an_answer,
    in_a_text_of_a_document,
    in_bytes_of_a_document,
    in_utf_16_of_a_document,
    in_a_key_of_a_document,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
async def test_a_planted_value_fails_the_test(plant: Callable[..., Any], serving: Serving) -> None:
    async with watched(serving) as watch:
        await new_person(serving, watch)
        watch.known.add(NAME, NUMBER)
        for _ in range(6):
            await serving.http.get("/graphql")
        await assert_nothing_left(serving, watch)
        planting = plant(serving, watch)
        if planting is not None:
            await planting
        with pytest.raises(AssertionError):
            await assert_nothing_left(serving, watch)


def test_a_value_in_a_label_of_a_metric_is_found() -> None:
    known, metrics = Known(), Metrics()
    known.add(NUMBER)
    metrics.note_request(
        method="GET", route=f"/{NUMBER}", status=200, operation="none", codes=(), seconds=0
    )
    assert known.found_in(without_sample_values(metrics.exposition().decode())) == {NUMBER}


def test_what_drivers_say_in_detail_is_not_even_made_at_the_most_talkative_level() -> None:
    with watching():
        silenced = {
            name: logging.getLogger(name).isEnabledFor(logging.DEBUG)
            for name in (
                "pymongo",
                "pymongo.command",
                "pymongo.connection",
                "pymongo.serverSelection",
                "pymongo.topology",
                "asyncio",
                "uvicorn.access",
            )
        }
        assert silenced == dict.fromkeys(silenced, False)
        assert logging.getLogger("onecard.access").isEnabledFor(logging.DEBUG)


def test_whatever_logger_of_a_library_speaks_nothing_of_its_words_is_written() -> None:
    """Not only the ones that we know: every logger that exists in this process."""
    with watching() as watch:
        watch.known.add(NAME, NUMBER)
        ours = ("onecard", "api", "schema", "resolvers", "auth", "tests")
        names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] not in ours]
        assert {"uvicorn.error", "asyncio", "pymongo.command"} <= set(names)
        for name in names:
            logger = logging.getLogger(name)
            logger.critical("%s has %s", NAME, NUMBER)
            logger.critical(f"{NAME} has {NUMBER}", extra={"holder": NAME})  # noqa: G004
            logger.critical(NUMBER, exc_info=ValueError(NAME))
        written = watch.lines.getvalue()
        assert written.count("\n") > len(names)
        assert watch.known.found_in(written) == set()
