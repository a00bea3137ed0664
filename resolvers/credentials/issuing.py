"""A permit credential is issued to a device: an SD-JWT VC that it shows without us.

Issued by the device itself only, for the permit on the living electronic card. Its text is made
once, and stands sealed for the device that asks again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from auth.audit import AuditAction, AuditLine
from auth.client_keys import ClientKey, KeyAlgorithm, public_jwk
from auth.mongo import Document, Transaction
from auth.sd_jwt import issue_sd_jwt
from auth.sealing import HolderVault
from resolvers.changes import Changed, Command, Done, change
from resolvers.credential_services import CredentialServices
from resolvers.credentials.claims import CLAIMED_FIELDS, disclosable_claims
from resolvers.gateway import Ask, Gateway
from resolvers.refusals import RefusalCode, Refused
from resolvers.rules.credential_status import CredentialStatus, credential_status
from resolvers.rules.permit_status import is_loadable, permit_status
from resolvers.store.holder_keys import decode_holder_key
from resolvers.store.permit_credentials import NAME, TEXT, NewCredential, encode_credential
from resolvers.store.status_lists import Place
from resolvers.vocabulary import PermitForm, PermitState

CREDENTIAL_LIFETIME: Final = timedelta(days=30)
MAX_STANDING: Final = 5
"""Credentials of one key that hold at once; of more, the oldest hold no longer."""
CREDENTIAL_FORMAT: Final = "dc+sd-jwt"
_CONFIRMED: Final = ("kty", "crv", "x", "y")


async def issue_permit_credential(
    gateway: Gateway, ask: Ask, command: Command, key_id: str
) -> Done | Refused:
    holder_id, session_id = ask.principal.holder_id(), ask.principal.own_session_id()
    now, services = gateway.now(), gateway.credential_services
    credential_id = gateway.new_id("pcr")
    places: list[Place] = []

    async def work(transaction: Transaction) -> Changed | Refused:
        subject = await services.credentials.find_subject(holder_id, key_id, transaction)
        if subject is None:
            return Refused(RefusalCode.NOT_FOUND, None, holder_id)
        refusal = _refusal_of(subject, session_id, now)
        if refusal is not None:
            return Refused(refusal, None, holder_id)
        if not places:
            # Not in the transaction: all who are issued something would meet at the list.
            list_id = gateway.new_id("stl")
            places.append(await services.lists.give_place(list_id, CREDENTIAL_LIFETIME, now))
        vault = gateway.sealer.vault_for(holder_id, decode_holder_key(subject["holder_key"]))
        new = _credential(services, credential_id, subject, vault, places[0], now)
        await services.credentials.insert(encode_credential(new, vault, now), transaction)
        await services.credentials.end_elder(key_id, MAX_STANDING, now, transaction)
        line = AuditLine(
            AuditAction.PERMIT_CREDENTIAL_ISSUED,
            holder_id,
            objects=(credential_id, key_id, new.permit_id),
            fields=CLAIMED_FIELDS,
        )
        return Changed(credential_id, [line])

    return await change(gateway, ask, command, work)


@dataclass(frozen=True)
class KeptCredential:
    """One that was issued, opened for the device that asks."""

    permit_id: str
    issued_at: datetime
    expires_at: datetime
    text: str = field(repr=False)


async def open_credential(gateway: Gateway, ask: Ask, credential_id: str) -> KeptCredential | None:
    """The caller's own, as the answer to what issued it. None when it is over and forgotten."""
    holder_id = ask.principal.holder_id()
    found = await gateway.credential_services.credentials.find(credential_id, holder_id)
    wrapped = await gateway.holder_keys.find(holder_id)
    if found is None or wrapped is None:
        return None
    vault = gateway.sealer.vault_for(holder_id, wrapped)
    text = vault.open(NAME, TEXT, bytes(found[TEXT]))
    return KeptCredential(found["permit_id"], found["issued_at"], found["expires_at"], text)


def _refusal_of(subject: Document, session_id: str, now: datetime) -> RefusalCode | None:
    if subject["session_id"] != session_id:
        return RefusalCode.DEVICE_KEY_OF_ANOTHER_SESSION
    permit, card = subject.get("permit"), subject.get("card")
    status = credential_status(subject["holder_id"], permit, card, subject, now)
    if permit is None or status is not CredentialStatus.VALID:
        return RefusalCode.ELECTRONIC_CARD_NOT_USABLE
    state = PermitState(permit["state"])
    worth = permit_status(state, permit["valid_from"], permit["valid_until"], now)
    if not is_loadable(PermitForm(permit["form"]), worth):
        return RefusalCode.ELECTRONIC_CARD_NOT_USABLE
    return None


def _credential(
    services: CredentialServices,
    credential_id: str,
    subject: Document,
    vault: HolderVault,
    place: Place,
    now: datetime,
) -> NewCredential:
    expires_at = _expires_at(subject, now)
    plain = {
        "iss": services.issuer,
        "vct": services.credential_type,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "cnf": {"jwk": _jwk(subject)},
        "status": {
            "status_list": {"idx": place.number, "uri": services.list_address(place.list_id)}
        },
    }
    claims = disclosable_claims(subject, vault, now)
    return NewCredential(
        credential_id=credential_id,
        holder_id=subject["holder_id"],
        device_key_id=subject["_id"],
        permit_id=subject["permit"]["_id"],
        card_id=subject["card"]["_id"],
        list_id=place.list_id,
        place=place.number,
        key_version=services.key_version,
        text=issue_sd_jwt(services.signed_json, CREDENTIAL_FORMAT, plain, claims),
        expires_at=expires_at,
    )


def _expires_at(subject: Document, now: datetime) -> datetime:
    """Past neither the permit nor the session of the device."""
    ends: datetime = min(
        now + CREDENTIAL_LIFETIME,
        subject["permit"]["valid_until"],
        subject["session"]["expires_at"],
    )
    return ends.replace(microsecond=0)


def _jwk(subject: Document) -> dict[str, str]:
    algorithm = KeyAlgorithm(subject["algorithm"])
    members = public_jwk(ClientKey(subject["thumbprint"], algorithm, bytes(subject["public"])))
    return {name: members[name] for name in _CONFIRMED if name in members}
