"""On what ground an employer is shown each field of the graph that it can reach.

Kept beside the graph and not in it: a new type that an employer reaches has no ground, and a test
fails until somebody says which. What each ground shows is the rule's to say
(`resolvers.rules.employer_access`).
"""

from collections.abc import Mapping
from enum import StrEnum

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_union_type

from auth.permissions import RULES
from auth.principal import PrincipalKind
from resolvers.rules.bundles import Bundle
from schema.access import Rules

EmployerField = tuple[str, str]
"""Type and name."""


class Ground(StrEnum):
    """NOBODY: it is no holder's. OWN: what the employer states, files, asks or is issued itself.
    DUTY, CONSENT: as the rule says. SHOWN: what the holder shows by a code, at that one check."""

    NOBODY = "NOBODY"
    OWN = "OWN"
    DUTY = "DUTY"
    CONSENT = "CONSENT"
    SHOWN = "SHOWN"


_G = Ground
_TYPES: Mapping[Ground, str] = {
    _G.NOBODY: (
        "Query Mutation ApplicationGap Authority ChangeRefused City DeliveryChannels Employer"
        " BiometricConsentNotice LoginCompleted LoginRefused LoginStarted OfficerLoggedIn"
        " OfficerLoginRefused PageInfo SharedBundle SharedField Source NextTalentCategory"
        " OtherTalentRoute TalentAssessment TalentFactRefusal TalentFactsRefused TalentItemResult"
    ),
    _G.OWN: (
        "EmployerDesk Application ApplicationAction ApplicationChanged ApplicationConnection"
        " ApplicationDecision ApplicationEdge ApplicationFacts ApplicationPaper"
        " ApplicationParticulars ApplicationPromise ApplicationStep DecisionGround DecisionRemedy"
        " Webhook WebhookAttempt WebhookChanged WebhookDeleted WebhookDelivery"
        " WebhookDeliveryConnection WebhookDeliveryEdge WebhookHealth WebhookReplayed WebhookSecret"
        " WebhookSecretMade Export ExportChanged CategoryCount CityCount Dashboard StateCount"
        " StatusCount TaskCount"
        " Grant GrantChanged GrantConnection GrantEdge GrantRecord Letter LetterConnection"
        " LetterEdge LetterIssued RequiredPaperEntry Task TaskConnection TaskEdge"
    ),
    _G.DUTY: (
        "CasePerson Employee EmployeeConnection EmployeeEdge ExtensionWindow Permit"
        " PermitConnection PermitEdge PermitHistoryEntry PermitHolder SealedText"
    ),
    _G.CONSENT: (
        "SharedRecord SharedIdentity SharedPassport SharedEmployer SharedPermit SharedPastPermit"
        " SharedResidencePermit SharedEnrolment SharedInsurance SharedCard SharedContact"
    ),
    _G.SHOWN: "CardCheck CardCheckRefused ShareCodeRedeemed",
}
_FIELDS: Mapping[EmployerField, Ground] = {
    ("Grant", "shared"): _G.CONSENT,
    **{
        ("CardCheck", name): _G.DUTY
        for name in (
            "fullName",
            "permitNumber",
            "permitStatus",
            "permitStatusLabel",
            "post",
            "city",
        )
    },
}
"""Where a field has another ground than the rest of its type."""

BUNDLE_OF: Mapping[str, tuple[Bundle, ...]] = {
    "SharedIdentity": (Bundle.IDENTITY,),
    "SharedPassport": (Bundle.PASSPORT,),
    "SharedPermit": (Bundle.PERMIT,),
    "SharedPastPermit": (Bundle.PERMIT_HISTORY,),
    "SharedEmployer": (Bundle.PERMIT, Bundle.PERMIT_HISTORY),
    "SharedResidencePermit": (Bundle.RESIDENCE_PERMIT,),
    "SharedInsurance": (Bundle.INSURANCE,),
    "SharedEnrolment": (Bundle.INSURANCE,),
    "SharedCard": (Bundle.CARD,),
    "SharedContact": (Bundle.CONTACT,),
}
"""Which bundles a type of a shared record is shown by; every other one by any."""


def reachable(schema: GraphQLSchema, rules: Rules) -> list[EmployerField]:
    """Every field that some client of an employer may select, in the order of the alphabet."""
    found: set[EmployerField] = set()
    seen: set[str] = set()
    waiting = ["Query", "Mutation", "Subscription"]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        graphql_type = schema.type_map.get(name)
        if is_union_type(graphql_type):
            waiting += [member.name for member in graphql_type.types]
        if isinstance(graphql_type, GraphQLObjectType):
            fields = [field for field in graphql_type.fields if _is_open(rules, (name, field))]
            found |= {(name, field) for field in fields}
            waiting += [get_named_type(graphql_type.fields[field].type).name for field in fields]
    return sorted(found)


def _is_open(rules: Rules, field: EmployerField) -> bool:
    return any(PrincipalKind.EMPLOYER in RULES[one].kinds for one in rules[field])


class GroundMissing(Exception):
    """A field that an employer reaches, of which nobody has said why."""


def ground_of(field: EmployerField) -> Ground:
    if field in _FIELDS:
        return _FIELDS[field]
    for ground, names in _TYPES.items():
        if field[0] in names.split():
            return ground
    raise GroundMissing(f"{field[0]}.{field[1]}")


def grounded_types() -> set[str]:
    """Types of which a ground is said."""
    return {name for names in _TYPES.values() for name in names.split()}
