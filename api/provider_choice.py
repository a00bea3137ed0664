"""Which adapters a gateway works with: those that the settings name."""

from __future__ import annotations

from api.adapter_factories import adapter_of
from api.failure import Refusal
from api.outbound import Outbound
from api.providers.clamd_scanner import ClamdScanner
from api.providers.remote_person import remote_person
from api.providers.sandbox_code import SandboxCodeProvider
from api.providers.sandbox_person import SandboxPersonProvider
from api.providers.sandbox_scanner import SandboxScanner
from api.settings import REMOTE, SANDBOX, Settings
from auth.keys import KeySet, Purpose
from auth.verification import AssuranceLevel, RealPersonProvider, SecondProofProvider
from resolvers.paper_scanner import PaperScanner


def paper_scanner(settings: Settings) -> PaperScanner:
    if settings.paper_scanner == SANDBOX:
        return SandboxScanner()
    return ClamdScanner.at(settings.paper_scanner)


def verifying_providers(
    settings: Settings, key_set: KeySet
) -> tuple[RealPersonProvider, SecondProofProvider]:
    """The adapters that the settings name, or a `Refusal`."""
    secret = key_set.current(Purpose.REFRESH).secret
    person: RealPersonProvider
    second_proof: SecondProofProvider
    if settings.person_provider == SANDBOX:
        person = SandboxPersonProvider(secret)
    elif settings.person_provider == REMOTE:
        outbound = Outbound(loopback_allowed=settings.outbound_loopback)
        person = remote_person(settings.person_engines_file, outbound)
    else:
        person = adapter_of("ONECARD_PERSON_PROVIDER", settings.person_provider)()
    if settings.second_proof_provider == SANDBOX:
        second_proof = SandboxCodeProvider(secret)
    else:
        second_proof = adapter_of("ONECARD_SECOND_PROOF_PROVIDER", settings.second_proof_provider)()
    for variable, adapter, protocol in (
        ("ONECARD_PERSON_PROVIDER", person, RealPersonProvider),
        ("ONECARD_SECOND_PROOF_PROVIDER", second_proof, SecondProofProvider),
    ):
        if not isinstance(adapter, protocol):
            raise Refusal(f"{variable} names a factory of no such provider: see docs/providers.md")
    if settings.in_production:
        _refuse_sandboxes(person, second_proof)
    return person, second_proof


def _refuse_sandboxes(person: RealPersonProvider, second_proof: SecondProofProvider) -> None:
    """By what the adapters say of themselves: the name in the settings proves nothing."""
    if person.is_sandbox or person.level is AssuranceLevel.SANDBOX:
        raise Refusal("ONECARD_PERSON_PROVIDER is a sandbox, which production does not start with")
    if second_proof.is_sandbox:
        raise Refusal(
            "ONECARD_SECOND_PROOF_PROVIDER is a sandbox, which production does not start with"
        )
