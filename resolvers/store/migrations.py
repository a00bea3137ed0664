"""Documents of an earlier version, brought forward. One entry for each version of a collection.

A migration runs before the new validators are installed, may be stopped at any point and run
again, and touches only documents that still have the old shape.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from auth.mongo import Database


@dataclass(frozen=True)
class Migration:
    collection: str
    to_version: int
    run: Callable[[Database], Awaitable[None]]


async def _consents_can_be_withdrawn(database: Database) -> None:
    """Version 2: a consent says when it was withdrawn, null while it stands."""
    await database["holders"].update_many(
        {
            "biometric_consent": {"$type": "object"},
            "biometric_consent.withdrawn_at": {"$exists": False},
        },
        {"$set": {"biometric_consent.withdrawn_at": None}},
        # The validator of the version before knows no such field.
        bypass_document_validation=True,
    )


async def _flows_count_codes_and_checks(database: Database) -> None:
    """Version 2: codes sent are counted beside the other attempts, and checks started too."""
    await database["login_flows"].update_many(
        {"code_sends": {"$exists": True}},
        [
            {"$set": {"attempts.send": "$code_sends", "attempts.check": 0}},
            {"$unset": "code_sends"},
        ],
        bypass_document_validation=True,
    )


async def _flows_await_results(database: Database) -> None:
    """Version 3: what a provider called back with, null while nothing came."""
    await database["login_flows"].update_many(
        {"arrived": {"$exists": False}},
        {"$set": {"arrived": None}},
        bypass_document_validation=True,
    )


async def _throttle_counts_refusals(database: Database) -> None:
    """Version 2: attempts refused during a block have a counter of their own."""
    await database["throttle"].update_many(
        {"refused": {"$exists": False}}, {"$set": {"refused": 0}}, bypass_document_validation=True
    )


_RELEASE_DAYS = {"440300": 7, "440400": 7, "441900": 5}
"""After how many days a temporary loss of the first version ends; 10 elsewhere."""


async def _cards_say_why_and_until_when(database: Database) -> None:
    """Version 2: why an electronic card is suspended, when a temporary loss ends, when a physical
    card was activated, of which order it comes.

    The first version did not record why a card was suspended: it counts as the holder's own wish,
    so nothing but he brings it back. Nor did it record an activation: it counts from the issue.
    """
    days = {
        "$switch": {
            "branches": [
                {"case": {"$eq": ["$city", city]}, "then": count}
                for city, count in _RELEASE_DAYS.items()
            ],
            "default": 10,
        }
    }
    ends = {"$dateAdd": {"startDate": "$state_since", "unit": "day", "amount": days}}
    is_lost = {"$eq": ["$state", "TEMPORARILY_LOST"]}
    is_suspended = {"$eq": ["$state", "SUSPENDED"]}
    was_activated = {
        "$and": [{"$eq": ["$kind", "PHYSICAL"]}, {"$ne": ["$state", "SEALED"]}],
    }
    await database["cards"].update_many(
        {"activated_at": {"$exists": False}},
        [
            {
                "$set": {
                    "number_digest": None,
                    "cause": {"$cond": [is_suspended, "HOLDER", None]},
                    "released_at": {"$cond": [is_lost, ends, None]},
                    "activated_at": {"$cond": [was_activated, "$issued_at", None]},
                    "order_id": None,
                    "replaces": None,
                }
            }
        ],
        bypass_document_validation=True,
    )


async def _events_wait_for_those_who_take_them_on(database: Database) -> None:
    """Version 2: events of before wait for nobody, since they are news no longer; who caused them
    was not said."""
    await database["outgoing_events"].update_many(
        {"awaited_by": {"$exists": False}},
        {"$set": {"by": None, "detail": None, "awaited_by": []}},
        bypass_document_validation=True,
    )


_LOOKED = ["case.read", "card.read", "card_order.read", "letter.checked"]
"""What others did with a holder's data when the first version wrote the trail."""


async def _lines_name_those_who_were_looked_at(database: Database) -> None:
    """Version 2: whose data a line is about, for their ledgers. A line of a list of masks named
    nobody, so it stands in none."""
    looked = {"$and": [{"$in": ["$action", _LOOKED]}, {"$ne": ["$holder_id", None]}]}
    await database["audit"].update_many(
        {"people": {"$exists": False}},
        [{"$set": {"people": {"$cond": [looked, ["$holder_id"], []]}, "purpose": None}}],
        bypass_document_validation=True,
    )


async def _lines_name_sub_users(database: Database) -> None:
    """Version 3: which of an employer's own users asked, null where nobody said."""
    await database["audit"].update_many(
        {"actor.sub_user": {"$exists": False}},
        {"$set": {"actor.sub_user": None}},
        bypass_document_validation=True,
    )


async def _clients_say_what_they_are_held_to(database: Database) -> None:
    """Version 2: addresses, documents and limits of an employer's client, and retired keys. One of
    before is called nowhere and may ask anything, as often as one that is registered without a
    word about it."""
    await database["employer_clients"].update_many(
        {"callbacks": {"$exists": False}},
        {
            "$set": {
                "keys.$[].retired_at": None,
                "callbacks": [],
                "allowed_documents": None,
                "limits": {"operations_per_minute": 600},
                "requires_dpop": False,
            }
        },
        bypass_document_validation=True,
    )


async def _permits_say_of_which_employment(database: Database) -> None:
    """Version 2: of which employment a permit is, and digests of the name. Nobody knows yet: upkeep
    finds both (`resolvers.jobs.employment_filling`)."""
    await database["permits"].update_many(
        {"employment_id": {"$exists": False}},
        {"$set": {"employment_id": None, "name_key_version": None, "name_prefixes": []}},
        bypass_document_validation=True,
    )


async def _employers_have_a_revision(database: Database) -> None:
    """Version 2: a number by which those who count what an employer has meet."""
    await database["employers"].update_many(
        {"revision": {"$exists": False}}, {"$set": {"revision": 1}}, bypass_document_validation=True
    )


async def _permits_say_what_is_shown_of_them(database: Database) -> None:
    """Version 3: what its employer is shown of a permit, kept for when the employment is over. What
    was corrected before is not known; a state that came later is. Of one of no employment upkeep
    finds both."""
    told = {"$filter": {"input": "$history", "cond": {"$eq": ["$$this.event", "$state"]}}}
    over = {"$in": ["$state", ["CANCELLED", "SUPERSEDED"]]}
    later = {"$gt": [{"$last": {"$map": {"input": told, "in": "$$this.at"}}}, "$ends_at"]}
    shown = {
        **{name: f"${name}" for name in _SHOWN_OF_PERMITS},
        "state": {"$cond": [{"$and": [over, later]}, "ISSUED", "$state"]},
        "listed_from": "$valid_from",
    }
    cursor = database["permits"].aggregate(
        [
            {"$match": {"shown": {"$exists": False}}},
            {
                "$lookup": {
                    "from": "employments",
                    "localField": "employment_id",
                    "foreignField": "_id",
                    "pipeline": [{"$project": {"ends_at": 1}}],
                    "as": "employment",
                }
            },
            {"$set": {"ends_at": {"$first": "$employment.ends_at"}}},
            {"$project": {"shown": {"$cond": [{"$gt": ["$ends_at", None]}, shown, None]}}},
            {"$merge": {"into": "permits", "whenMatched": "merge", "whenNotMatched": "discard"}},
        ],
        bypassDocumentValidation=True,
    )
    await cursor.to_list(None)


_SHOWN_OF_PERMITS = (
    *("category", "form", "post", "city", "valid_from", "valid_until", "issued_at"),
)


async def _employments_are_found_by_number(database: Database) -> None:
    """Version 2: a digest of the work permit number, which upkeep makes."""
    await database["employments"].update_many(
        {"number_digest": {"$exists": False}},
        {"$set": {"number_digest": None}},
        bypass_document_validation=True,
    )


async def _events_of_before_are_no_news_to_webhooks(_database: Database) -> None:
    """Version 3: webhooks take events on too. Nobody had one before, so none is to be told, and
    nothing is written."""


async def _levels_are_new_and_none_was_had(_database: Database) -> None:
    """Sessions and lines of before say that the real-person step was passed and not by whom, which
    is still the mildest level: nothing is written."""


async def _evidence_has_a_band_and_a_reference(database: Database) -> None:
    """Version 4: of a proof of before neither is known."""
    await database["login_flows"].update_many(
        {"evidence": {"$type": "object"}, "evidence.band": {"$exists": False}},
        {"$set": {"evidence.band": None, "evidence.reference": None}},
        bypass_document_validation=True,
    )


async def _lines_keep_evidence(database: Database) -> None:
    """Version 5: who looked at a real person, and how well the proof did. Not known of before."""
    await database["audit"].update_many(
        {"evidence": {"$exists": False}},
        {"$set": {"evidence": None}},
        bypass_document_validation=True,
    )


MIGRATIONS: Sequence[Migration] = (
    Migration("audit", 2, _lines_name_those_who_were_looked_at),
    Migration("audit", 3, _lines_name_sub_users),
    Migration("audit", 4, _levels_are_new_and_none_was_had),
    Migration("audit", 5, _lines_keep_evidence),
    Migration("cards", 2, _cards_say_why_and_until_when),
    Migration("employers", 2, _employers_have_a_revision),
    Migration("employments", 2, _employments_are_found_by_number),
    Migration("employer_clients", 2, _clients_say_what_they_are_held_to),
    Migration("holders", 2, _consents_can_be_withdrawn),
    Migration("outgoing_events", 2, _events_wait_for_those_who_take_them_on),
    Migration("outgoing_events", 3, _events_of_before_are_no_news_to_webhooks),
    Migration("login_flows", 2, _flows_count_codes_and_checks),
    Migration("login_flows", 3, _flows_await_results),
    Migration("login_flows", 4, _evidence_has_a_band_and_a_reference),
    Migration("permits", 2, _permits_say_of_which_employment),
    Migration("permits", 3, _permits_say_what_is_shown_of_them),
    Migration("sessions", 2, _levels_are_new_and_none_was_had),
    Migration("throttle", 2, _throttle_counts_refusals),
)
