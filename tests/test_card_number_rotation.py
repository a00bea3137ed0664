"""The digests by which card numbers are given once move to a new key as the others do."""

from __future__ import annotations

from auth.digests import Digester
from auth.keys import KeySet, Purpose
from auth.mongo import Database
from resolvers.jobs.key_usage import CARDS, find_unknown_versions
from resolvers.jobs.rotation import redigest_cards
from resolvers.store.cards import CARD_NUMBER, CardStore
from resolvers.store.holder_keys import decode_holder_key
from resolvers.vocabulary import CardState
from tests.factories import make_person
from tests.rotating import NOW, ended, rotated, sealer


async def registered(database: Database, keys: KeySet, count: int) -> list[str]:
    """Cards whose numbers are taken under the first key, and one that keeps another's number."""
    digester, numbers = Digester(keys), []
    for _ in range(count):
        person = await make_person(database, keys, physical=CardState.NORMAL)
        key = await database["holder_keys"].find_one({"_id": person.holder_id})
        card = await database["cards"].find_one({"holder_id": person.holder_id})
        assert key is not None
        assert card is not None
        vault = sealer(keys).vault_for(person.holder_id, decode_holder_key(key))
        number = vault.open("cards", "number", card["number"]["sealed"])
        digest = digester.digest(CARD_NUMBER, number)
        stored = {"key_version": digest.version, "value": digest.value}
        await database["cards"].update_one(
            {"_id": card["_id"]}, {"$set": {"number_digest": stored}}
        )
        numbers.append(number)
    await make_person(database, keys, physical=CardState.NORMAL)
    return numbers


async def test_a_card_number_stays_taken_when_the_digest_key_is_rotated(
    database: Database, key_set: KeySet
) -> None:
    numbers = await registered(database, key_set, 7)
    both = rotated(key_set, Purpose.DIGEST)
    assert await database["cards"].count_documents(CARDS.matching(1)) == 7
    end = await ended(redigest_cards(database, sealer(both), Digester(both), batch_size=3))
    assert (end.moved, end.older, dict(end.left)) == (7, 0, {})
    assert await database["cards"].count_documents(CARDS.matching(1)) == 0
    alone, store = Digester(both.retired(Purpose.DIGEST, 1)), CardStore(database)
    for number in numbers:
        assert await store.is_number_known(alone.candidates(CARD_NUMBER, number))
    assert not await store.is_number_known(alone.candidates(CARD_NUMBER, "Z9999999"))


async def test_a_card_without_a_digest_needs_no_key(database: Database, key_set: KeySet) -> None:
    await registered(database, key_set, 1)
    unknown = await find_unknown_versions(database, key_set, NOW)
    assert CARDS.collection not in [found.collection for found in unknown]
