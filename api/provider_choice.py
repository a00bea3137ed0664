"""Which adapters a gateway works with: those that the settings name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from api.adapter_factories import adapter_of
from api.clock import utc_now
from api.failure import Refusal
from api.outbound import Outbound
from api.providers.clamd_scanner import ClamdScanner
from api.providers.ordered_person import OrderedPersonProvider
from api.providers.remote_engine import Arrived, nothing_arrives
from api.providers.remote_engines import remote_engines
from api.providers.sandbox_code import SandboxCodeProvider
from api.providers.sandbox_person import SandboxPersonProvider
from api.providers.sandbox_scanner import SandboxScanner
from api.settings import LOCAL, REMOTE, SANDBOX, Settings
from auth.keys import KeySet, Purpose
from auth.verification import AssuranceLevel, RealPersonProvider, SecondProofProvider
from resolvers.gateway import Now
from resolvers.paper_scanner import PaperScanner
from resolvers.policy.proof_levels import step_up_level
from resolvers.portraits import FlowPortraits


@dataclass(frozen=True)
class Seams:
    """What adapters of ours ask of the gateway: what engines elsewhere called back with, whose
    portrait a check compares with, what time it is."""

    arrived: Arrived = nothing_arrives
    portraits: FlowPortraits | None = None
    now: Now = utc_now


@runtime_checkable
class Closable(Protocol):
    """An adapter of ours that keeps something open."""

    async def close(self) -> None: ...


def paper_scanner(settings: Settings) -> PaperScanner:
    if settings.paper_scanner == SANDBOX:
        return SandboxScanner()
    return ClamdScanner.at(settings.paper_scanner)


def verifying_providers(
    settings: Settings, key_set: KeySet, seams: Seams | None = None
) -> tuple[RealPersonProvider, SecondProofProvider]:
    """The adapters that the settings name, or a `Refusal`. Without `seams` it is only found out
    whether they can be had."""
    secret = key_set.current(Purpose.REFRESH).secret
    second_proof: SecondProofProvider
    seams = seams or Seams()
    named = [
        provider
        for one in settings.person_provider.split(",")
        for provider in _persons(one, settings, secret, seams)
    ]
    if settings.second_proof_provider == SANDBOX:
        second_proof = SandboxCodeProvider(secret)
    else:
        second_proof = adapter_of("ONECARD_SECOND_PROOF_PROVIDER", settings.second_proof_provider)()
    for variable, adapter, protocol in (
        *(("ONECARD_PERSON_PROVIDER", one, RealPersonProvider) for one in named),
        ("ONECARD_SECOND_PROOF_PROVIDER", second_proof, SecondProofProvider),
    ):
        if not isinstance(adapter, protocol):
            raise Refusal(f"{variable} names a factory of no such provider: see docs/providers.md")
    if len({one.name for one in named}) < len(named):
        raise Refusal("ONECARD_PERSON_PROVIDER has two providers of one name")
    person = named[0] if len(named) == 1 else OrderedPersonProvider(named)
    wanted = step_up_level(settings.proof_demands)
    if person.level.rank < wanted.rank:
        raise Refusal(f"no provider of ONECARD_PERSON_PROVIDER gives the level {wanted} asked for")
    if settings.in_production:
        _refuse_sandboxes(person, second_proof)
    return person, second_proof


def _persons(
    named: str, settings: Settings, secret: bytes, seams: Seams
) -> Sequence[RealPersonProvider]:
    """One, or as many engines elsewhere as are listed."""
    if named == SANDBOX:
        return [SandboxPersonProvider(secret)]
    if named == LOCAL:
        return [_local_face(settings, secret, seams)]
    if named == REMOTE:
        outbound = Outbound(loopback_allowed=settings.outbound_loopback)
        return remote_engines(settings.person_engines_file, outbound, seams.arrived)
    return [adapter_of("ONECARD_PERSON_PROVIDER", named)()]


async def close_adapters(*adapters: object) -> None:
    """Their connections and processes, when this process ends."""
    for adapter in adapters:
        if isinstance(adapter, OrderedPersonProvider):
            await close_adapters(*adapter.providers.values())
        elif isinstance(adapter, Closable):
            await adapter.close()


def _local_face(settings: Settings, secret: bytes, seams: Seams) -> RealPersonProvider:
    """Imported here alone: a gateway without the extra starts, and starts faster."""
    try:
        from api.face.models import ModelsMissing, check_installed
        from api.face.pool import FacePool
        from api.providers.local_face import LocalFaceProvider, NoPortraits
    except ImportError:
        raise Refusal("ONECARD_PERSON_PROVIDER=local needs 'onecard[face]'") from None
    try:
        check_installed()
    except ModelsMissing as missing:
        raise Refusal(f"ONECARD_PERSON_PROVIDER=local: {missing}") from None
    pool = FacePool(workers=settings.face_workers)
    return LocalFaceProvider(secret, seams.portraits or NoPortraits(), pool, seams.now)


def _refuse_sandboxes(person: RealPersonProvider, second_proof: SecondProofProvider) -> None:
    """By what the adapters say of themselves: the name in the settings proves nothing."""
    if person.is_sandbox or person.level is AssuranceLevel.SANDBOX:
        raise Refusal("ONECARD_PERSON_PROVIDER is a sandbox, which production does not start with")
    if second_proof.is_sandbox:
        raise Refusal(
            "ONECARD_SECOND_PROOF_PROVIDER is a sandbox, which production does not start with"
        )
