"""Applications in the small world: the step that is due next, or any step by anybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from auth.mongo import Document
from auth.officers import Duty, Officer
from auth.principal import Principal
from resolvers.applications.assessing import attach_assessment
from resolvers.applications.checking import (
    accept_application,
    pre_check_application,
    return_application,
)
from resolvers.applications.deciding import (
    approve_application,
    reject_application,
    start_review,
    take_over_review,
)
from resolvers.applications.drafting import create_application, update_application
from resolvers.applications.filing import (
    confirm_application,
    is_confirmation_due,
    submit_application,
    withdraw_application,
)
from resolvers.applications.statements import Statement
from resolvers.changes import Command, Done
from resolvers.gateway import Ask, Gateway
from resolvers.policy.papers import required_papers
from resolvers.policy.talent_tables import TABLE_2017
from resolvers.refusals import Gap, GapReason, Refused
from resolvers.rules.talent import assess
from resolvers.vocabulary import (
    ApplicationState,
    FilerKind,
    PaperKind,
    PermitCategory,
    ProcedureKind,
    RejectionGround,
)
from tests.stateful_parties import officer_principal
from tests.stateful_statements import Draw, employer_of, filing, pick, rarely, restated
from tests.stateful_world import Move, Run, World
from tests.talent_people import ENGINEER

_CHECK = ("preCheckApplication", "returnApplication", "acceptApplication")
_DECIDE = ("startReview", "takeOverReview", "approveApplication", "rejectApplication")
_FILE = (
    *("submitApplication", "updateApplication", "attachTalentAssessment"),
    "withdrawApplication",
)
APPLICATION_STEPS = ("confirmApplication", *_FILE, *_CHECK, *_DECIDE)
LONG = "x" * 10_000
ASSESSMENT = assess(ENGINEER, TABLE_2017)

_PLAIN = {
    "confirmApplication": confirm_application,
    "submitApplication": submit_application,
    "withdrawApplication": withdraw_application,
    "preCheckApplication": pre_check_application,
    "startReview": start_review,
    "takeOverReview": take_over_review,
}


def creation(draw: Draw, world: World) -> Move:
    principal, statement = filing(draw, world)

    async def run(gateway: Gateway, ask: Ask, command: Command) -> Done | Refused:
        done = await create_application(gateway, ask, command, statement)
        if isinstance(done, Done):
            world.statements[done.object_id] = statement
        return done

    return Move("createApplication", principal, (statement,), run)


def due_move(draw: Draw, world: World, application: Document) -> Move:
    """What an open application waits for; rarely by another, or on an old copy."""
    match ApplicationState(application["state"]):
        case ApplicationState.DRAFT | ApplicationState.RETURNED:
            waits = is_confirmation_due(application)
            name = "confirmApplication" if waits != rarely(draw) else "submitApplication"
            if rarely(draw, 5):
                name = pick(draw, ["updateApplication", "attachTalentAssessment"])
        case ApplicationState.SUBMITTED:
            name = pick(draw, [*["preCheckApplication"] * 2, "returnApplication"])
        case ApplicationState.PRE_CHECKED:
            name = "acceptApplication"
        case ApplicationState.ACCEPTED:
            name = "startReview"
        case _:
            name = pick(draw, [*["approveApplication"] * 6, "rejectApplication", "takeOverReview"])
    if rarely(draw, 40):
        name = "withdrawApplication"
    return application_move(draw, world, application, name, slips=8)


def any_move(draw: Draw, world: World, application: Document) -> Move:
    return application_move(draw, world, application, pick(draw, APPLICATION_STEPS), slips=3)


def take_over(draw: Draw, world: World, application: Document) -> Move:
    return application_move(draw, world, application, "takeOverReview", slips=8)


def missing_papers(world: World, application: Document) -> list[PaperKind]:
    """Required and not there, or complained of and not replaced since."""
    stored = {
        one["kind"]: one["stored_at"]
        for one in world.all("papers")
        if one["application_id"] == application["_id"]
    }
    required = required_papers(
        ProcedureKind(application["procedure"]),
        PermitCategory(application["category"]),
        application["city"],
        world.today,
    )
    kinds = [paper.kind for paper in required if paper.kind not in stored]
    for gap in application["gaps"]:
        kind, returned_at = gap["paper"], application["returned_at"]
        if kind in stored and stored[kind] <= returned_at and kind not in kinds:
            kinds.append(PaperKind(kind))
    return kinds


def application_move(
    draw: Draw, world: World, application: Document, name: str, *, slips: int
) -> Move:
    """One in `slips` is by another party of the kind that may send it, one on an old copy."""
    principal = _party(draw, world, application, name, is_other=rarely(draw, slips))
    revision = application["revision"]
    if rarely(draw, slips):
        revision += pick(draw, [-1, 1])
    given, run = _run(draw, world, application, name, revision)
    return Move(name, principal, (application["_id"], revision, *given), run)


def _run(
    draw: Draw, world: World, application: Document, name: str, revision: int
) -> tuple[tuple[object, ...], Run]:
    copy = {"application_id": application["_id"], "revision": revision}
    match name:
        case "updateApplication":
            stated: Statement = restated(draw, world, world.statements[application["_id"]])
            return (stated,), partial(called, update_application, copy | {"statement": stated})
        case "attachTalentAssessment":
            kept = {"assessment": ASSESSMENT}
            return (kept,), partial(called, attach_assessment, copy | kept)
        case "returnApplication":
            gaps = _gaps(draw, missing=rarely(draw, 5))
            return (gaps,), partial(called, return_application, copy | {"gaps": gaps})
        case "acceptApplication":
            seen = {"originals_seen": not rarely(draw, 5)}
            return (seen,), partial(called, accept_application, copy | seen)
        case "approveApplication":
            text = {"text": LONG if rarely(draw, 12) else pick(draw, [None, "Granted."])}
            return (text,), partial(called, approve_application, copy | text)
        case "rejectApplication":
            grounds = [] if rarely(draw, 4) else [RejectionGround.CRITERIA_NOT_MET]
            reasons = {"grounds": grounds, "text": pick(draw, [LONG, " ", *["Not shown."] * 6])}
            return (reasons,), partial(called, reject_application, copy | reasons)
        case _:
            return (), partial(called, _PLAIN[name], copy)


async def called(
    use_case: object, given: dict[str, object], gateway: Gateway, ask: Ask, command: Command
) -> Done | Refused:
    done: Done | Refused = await use_case(gateway, ask, command, **given)  # type: ignore[operator]
    return done


def _gaps(draw: Draw, *, missing: bool) -> list[Gap]:
    if missing:
        return []
    kind = pick(draw, [PaperKind.PASSPORT_PAGE, PaperKind.CONTRACT, None])
    note = LONG if rarely(draw, 8) else "Please scan again."
    return [Gap(GapReason.ILLEGIBLE if kind else GapReason.WRONG_STATEMENT, kind, note)]


def _party(
    draw: Draw, world: World, application: Document, name: str, *, is_other: bool
) -> Principal:
    if name == "confirmApplication":
        holder_id = application["holder_id"]
        return world.holder(pick(draw, world.holder_ids()) if is_other else holder_id)
    if name in _FILE:
        filer = application["filed_by"]
        if is_other:
            holders = [world.holder(one) for one in world.holder_ids()]
            return pick(draw, [*world.employers, *holders])
        if filer["kind"] == FilerKind.HOLDER:
            return world.holder(filer["subject"])
        return employer_of(draw, world, filer["subject"])
    return officer_principal(_officer(draw, world, application, name, is_other=is_other))


def _officer(
    draw: Draw, world: World, application: Document, name: str, *, is_other: bool
) -> Officer:
    if is_other:
        checkers = [one for one in world.officers if one.officer_id in application["checkers"]]
        return pick(draw, checkers if checkers and rarely(draw, 2) else world.officers)
    duty = Duty.CHECK if name in _CHECK else Duty.DECIDE
    fit: Sequence[Officer] = [
        one
        for one in world.officers
        if one.authority == application["authority"] and duty in one.duties and one.is_active
    ]
    if duty is Duty.DECIDE:
        reviewer = application["reviewer"]
        fit = [
            one
            for one in fit
            if one.officer_id not in application["checkers"]
            and (reviewer is None or (one.officer_id == reviewer) != (name == "takeOverReview"))
        ] or fit
    return pick(draw, fit)
