"""What a caller can do next with an application: the edges of the machine that are the caller's,
without those that a rule of a use case would refuse."""

from collections.abc import Iterator

from auth.officers import Duty, has_duty
from auth.principal import Principal, PrincipalKind
from resolvers.applications.filing import is_confirmation_due
from resolvers.rules.application_machine import APPLICATION_MACHINE, ApplicationEvent
from resolvers.rules.state_machine import Party
from resolvers.vocabulary import ApplicationState
from schema.row import Row

ACTION_READS = (
    *("state", "filed_by", "is_registered", "confirmed_at", "procedure", "returned_at"),
    *("checkers", "reviewer"),
)
ACTION_RULE_EDGES = ("reviewer",)
_E = ApplicationEvent


def next_events(principal: Principal, row: Row) -> list[ApplicationEvent]:
    parties, state = set(_parties(principal, row)), ApplicationState(row["state"])
    return [
        transition.event
        for transition in APPLICATION_MACHINE.transitions
        if transition.source is state
        and transition.parties & parties
        and _is_open(transition.event, principal, row)
    ]


def _parties(principal: Principal, row: Row) -> Iterator[Party]:
    """As whom the caller could move it."""
    if row["filed_by"]["subject"] == principal.subject:
        yield Party.FILER
    if principal.kind is PrincipalKind.HOLDER:
        yield Party.HOLDER
    if principal.kind is PrincipalKind.OFFICER:
        if "case:check" in principal.scopes:
            yield Party.CHECKER
        if "case:decide" in principal.scopes and principal.subject not in row["checkers"]:
            yield Party.DECIDER


def _is_open(event: ApplicationEvent, principal: Principal, row: Row) -> bool:
    match event:
        case _E.CONFIRM:
            return is_confirmation_due(row.document)
        case _E.SUBMIT:
            return not is_confirmation_due(row.document)
        case _E.RETURN:
            return row["returned_at"] is None
        case _E.TAKE_OVER_REVIEW:
            return not any(
                has_duty(reviewer["state"], reviewer["duties"], Duty.DECIDE)
                for reviewer in row.for_rule("reviewer")
            )
        case _E.APPROVE | _E.REJECT:
            return bool(row["reviewer"] == principal.subject)
        case _:
            return True
