"""What is given to begin, change and move an application."""

from datetime import date

import strawberry

from schema.change_types import KEY, REVISION
from schema.enums import CancellationReason, GapReason, PaperKind, PermitCategory, RejectionGround
from schema.field import personal
from schema.talent_types import TalentFactsInput


@strawberry.input(description="A post, in both languages.")
class PostInput:
    en: str = strawberry.field(description="In English; up to 200 characters.")
    zh: str = strawberry.field(description="In Chinese; up to 200 characters.")


@strawberry.input(description="A name as the passport writes it.")
class StatedNameInput:
    surname: str = personal("Up to 100 characters; may be empty for people with one name.")
    given_names: str = personal("Up to 100 characters; may be empty for people with one name.")
    chinese_name: str | None = personal("The Chinese name, if there is one.", default=None)
    native_name: str | None = personal("The name in its own script.", default=None)


@strawberry.input(description="A passport.")
class StatedPassportInput:
    country: str = personal("ISO 3166 alpha-3, or the code in the MRZ.")
    number: str = personal("As printed.")
    valid_from: date = personal("The day of issue.")
    valid_until: date = personal("The last valid day.")


@strawberry.input(description="A person for whom a first permit is asked.")
class ApplicantInput:
    name: StatedNameInput = personal("As the passport writes it.")
    birth_date: date = personal("The date of birth.")
    nationality: str = personal("ISO 3166 alpha-3, or the code in the MRZ.")
    passport: StatedPassportInput = personal("The current passport.")
    phone: str | None = personal("A Chinese mobile number, if there is one.", default=None)


@strawberry.input(description="A new permit for a person abroad; before entry.")
class NewFromAbroadInput:
    applicant: ApplicantInput = personal("For whom.")
    city: str = strawberry.field(description="The place of work; code of GB/T 2260.")
    category: PermitCategory = strawberry.field(description="The category asked for.")
    post: PostInput = strawberry.field(description="The post.")
    contract_until: date = strawberry.field(description="The last day of the contract.")
    requested_until: date = strawberry.field(description="The last day asked for.")
    planned_entry_on: date = strawberry.field(description="When the applicant means to enter.")


@strawberry.input(description="A new permit for a person in China; within the stay allowed.")
class NewInChinaInput:
    applicant: ApplicantInput = personal("For whom.")
    city: str = strawberry.field(description="The place of work; code of GB/T 2260.")
    category: PermitCategory = strawberry.field(description="The category asked for.")
    post: PostInput = strawberry.field(description="The post.")
    contract_until: date = strawberry.field(description="The last day of the contract.")
    requested_until: date = strawberry.field(description="The last day asked for.")
    stay_until: date = strawberry.field(description="The last day of the stay allowed.")


@strawberry.input(description="The check of originals, filed by the holder after entry.")
class OriginalsCheckInput:
    permit_id: strawberry.ID = strawberry.field(description="The permit that awaits it.")
    entered_on: date = strawberry.field(description="The day of entry.")


@strawberry.input(description="An extension for the same post: 90 to 30 days before expiry.")
class ExtensionInput:
    permit_id: strawberry.ID = strawberry.field(description="The permit.")
    contract_until: date = strawberry.field(description="The last day of the new contract.")
    requested_until: date = strawberry.field(description="The last day asked for.")


@strawberry.input(description="A change, within 10 working days of it; at least one thing changes.")
class ChangeInput:
    permit_id: strawberry.ID = strawberry.field(description="The permit.")
    changed_on: date = strawberry.field(description="When the change happened.")
    name: StatedNameInput | None = personal("The new name.", default=None)
    passport: StatedPassportInput | None = personal("The new passport.", default=None)
    post: PostInput | None = strawberry.field(default=None, description="The new post.")
    category: PermitCategory | None = strawberry.field(
        default=None, description="The new category."
    )


@strawberry.input(description="A cancellation, within 10 working days of the event.")
class CancellationInput:
    permit_id: strawberry.ID = strawberry.field(description="The permit.")
    happened_on: date = strawberry.field(description="When the employment ended.")
    reason: CancellationReason = strawberry.field(
        description="Why. The holder files where the employer is gone."
    )


@strawberry.input(description="An electronic permit for an old plastic one; at any time.")
class ElectronicPermitInput:
    permit_id: strawberry.ID = strawberry.field(description="The plastic permit.")


@strawberry.input(one_of=True, description="Exactly one procedure.")
class StatementInput:
    new_from_abroad: NewFromAbroadInput | None = personal(
        "For a person abroad.", default=strawberry.UNSET
    )
    new_in_china: NewInChinaInput | None = personal(
        "For a person in China.", default=strawberry.UNSET
    )
    originals_check: OriginalsCheckInput | None = strawberry.field(
        default=strawberry.UNSET, description="After entry, in categories B and C."
    )
    extension: ExtensionInput | None = strawberry.field(
        default=strawberry.UNSET, description="The same post for longer."
    )
    change: ChangeInput | None = personal("Something changed.", default=strawberry.UNSET)
    cancellation: CancellationInput | None = strawberry.field(
        default=strawberry.UNSET, description="The employment ended."
    )
    electronic_permit: ElectronicPermitInput | None = strawberry.field(
        default=strawberry.UNSET, description="For an old plastic permit."
    )


@strawberry.input(description="Beginning an application.")
class CreateApplicationInput:
    idempotency_key: str = strawberry.field(description=KEY)
    statement: StatementInput = personal("What is asked for.")


@strawberry.input(description="One step of an application.")
class ApplicationStepInput:
    idempotency_key: str = strawberry.field(description=KEY)
    application_id: strawberry.ID = strawberry.field(description="Which application.")
    revision: int = strawberry.field(description=REVISION)


@strawberry.input(description="Other statements; the whole statement, not its differences.")
class UpdateApplicationInput(ApplicationStepInput):
    statement: StatementInput = personal("What is asked for now.")


@strawberry.input(description="Keeping a talent assessment with an application.")
class AttachTalentAssessmentInput(ApplicationStepInput):
    facts: TalentFactsInput = personal("What the points table is applied to.")


@strawberry.input(description="One gap.")
class GapInput:
    reason: GapReason = strawberry.field(description="What is wrong.")
    paper: PaperKind | None = strawberry.field(
        default=None, description="Which paper; none where a statement is at fault."
    )
    note: str | None = personal("In your own words; up to 1,000 characters.", default=None)


@strawberry.input(description="Returning an application, once, with every gap.")
class ReturnApplicationInput(ApplicationStepInput):
    gaps: list[GapInput] = personal("1 to 30 gaps: all there are.")


@strawberry.input(description="Accepting an application.")
class AcceptApplicationInput(ApplicationStepInput):
    originals_seen: bool = strawberry.field(
        default=False, description="Whether the originals were seen on site."
    )


@strawberry.input(description="Approving an application.")
class ApproveApplicationInput(ApplicationStepInput):
    text: str | None = personal("In your own words; up to 1,000 characters.", default=None)


@strawberry.input(description="Rejecting an application.")
class RejectApplicationInput(ApplicationStepInput):
    grounds: list[RejectionGround] = strawberry.field(description="1 to 10 grounds.")
    text: str = personal("The reasons in your own words; up to 1,000 characters.")
