"""A gateway in miniature for the page: the login flow of the contract over a toy schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from graphql import GraphQLError, build_schema, graphql
from graphql import GraphQLResolveInfo as Info
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.graphiql.routes import graphiql_routes

Answer = dict[str, Any]

SDL = """
type Query { me: Holder biometricConsentNotice: Notice! }
type Notice { version: String! text: String! }
type Masked { masked: String! }
type Holder {
  "The name, masked." fullName: Masked!
  nationality: String!
  permits(first: Int = 10): PermitConnection!
  cards(first: Int = 10): CardConnection!
  identityDocuments(first: Int = 10): IdentityDocumentConnection!
  residencePermit: ResidencePermit
  insurance: Insurance
}
type PageInfo { hasNextPage: Boolean! endCursor: String }
type PermitConnection { edges: [PermitEdge!]! pageInfo: PageInfo! }
type PermitEdge { cursor: String! node: Permit! }
type Permit {
  number: Masked! category: String! categoryLabel: String! status: String! statusLabel: String!
  daysLeft: Int validFrom: String! validUntil: String! isPlastic: Boolean! post: String!
  cityName: String! employer: Employer! history: [PermitHistoryEntry!]!
}
type PermitHistoryEntry { at: String! event: String! authorityName: String! }
type Employer { name: String! }
type CardConnection { edges: [CardEdge!]! electronicAbsence: Absence }
type CardEdge { node: Card! }
type Card { kind: String! status: String! permit: Permit nextActions: [NextAction!]! }
type NextAction { code: String! label: String! }
type Absence { code: String! message: String! }
type IdentityDocumentConnection { edges: [IdentityDocumentEdge!]! }
type IdentityDocumentEdge { node: IdentityDocument! }
type IdentityDocument {
  kind: String! country: String! number: Masked! validUntil: String! isSuperseded: Boolean!
}
type ResidencePermit {
  number: Masked! isValid: Boolean! daysLeft: Int! validUntil: String! cityName: String!
}
type Insurance { cityName: String! employer: Employer! enrolments: [InsuranceEnrolment!]! }
type InsuranceEnrolment {
  kindLabel: String! stateLabel: String! since: String until: String treatyCountry: String
}
type Mutation {
  startLogin(input: StartLoginInput!): StartLoginPayload!
  proveRealName(input: ProveRealNameInput!): ProveRealNamePayload!
  sendSecondProofCode(input: SendSecondProofCodeInput!): SendSecondProofCodePayload!
  confirmSecondProof(input: ConfirmSecondProofInput!): ConfirmSecondProofPayload!
  giveBiometricConsent(input: GiveBiometricConsentInput!): GiveBiometricConsentPayload!
  startRealPersonCheck: StartRealPersonCheckPayload!
  submitRealPersonProof(input: SubmitRealPersonProofInput!): SubmitRealPersonProofPayload!
  completeLogin: CompleteLoginPayload!
  refreshTokens(input: RefreshTokensInput!): CompleteLoginPayload!
  logout: LoggedOut!
}
input DeviceInput { name: String! platform: String! }
input StartLoginInput { device: DeviceInput! }
input PassportInput { country: String! number: String! }
input IdentifierInput @oneOf {
  workPermitNumber: String socialSecurityNumber: String passport: PassportInput
  permanentResidentId: String
}
input ProveRealNameInput { name: String! identifier: IdentifierInput! }
input SendSecondProofCodeInput @oneOf { phone: String bankCard: String }
input ConfirmSecondProofInput { code: String! }
input GiveBiometricConsentInput { version: String! }
input SubmitRealPersonProofInput { challengeId: ID! proof: String! }
input RefreshTokensInput { refreshToken: String! }
type LoginRefused { code: String! message: String! retryAfterSeconds: Int }
type LoginStarted { flowToken: String! }
type RealNameProved { flowToken: String! secondProofDue: Boolean! }
type SecondProofCodeSent { sandboxNotice: String sandboxCode: String }
type SecondProofConfirmed { flowToken: String! }
type BiometricConsentGiven { version: String! }
type RealPersonChallenge { challengeId: ID! sandbox: Boolean! sandboxNotice: String }
type RealPersonProved { sandbox: Boolean! }
type LoginCompleted {
  accessToken: String! accessTokenExpiresAt: String! refreshToken: String!
}
type LoggedOut { ok: Boolean! }
union StartLoginPayload = LoginStarted | LoginRefused
union ProveRealNamePayload = RealNameProved | LoginRefused
union SendSecondProofCodePayload = SecondProofCodeSent | LoginRefused
union ConfirmSecondProofPayload = SecondProofConfirmed | LoginRefused
union GiveBiometricConsentPayload = BiometricConsentGiven | LoginRefused
union StartRealPersonCheckPayload = RealPersonChallenge | LoginRefused
union SubmitRealPersonProofPayload = RealPersonProved | LoginRefused
union CompleteLoginPayload = LoginCompleted | LoginRefused
"""

DEMO_PEOPLE: list[Answer] = [
    {
        "label": "Category A, electronic card issued",
        "name": "MARIA EXAMPLE",
        "identifier": {"workPermitNumber": "TOY-0001"},
        "secondProof": None,
    },
    {
        "label": "Physical card, second proof due",
        "name": "王小样",
        "identifier": {"passport": {"country": "UTO", "number": "TOY-0002"}},
        "secondProof": {"phone": "13000000000"},
    },
]


class StandIn:
    """The toy gateway. `lifetime` is that of its access tokens."""

    def __init__(self, lifetime: timedelta = timedelta(minutes=5)) -> None:
        self.lifetime = lifetime
        self.generation = 0
        self.accepted: set[str] = set()
        self.schema = build_schema(SDL)

    def app(self) -> Starlette:
        routes = graphiql_routes(login_helper=True, demo_identities=lambda: DEMO_PEOPLE)
        return Starlette(routes=[Route("/graphql", self.serve, methods=["POST"]), *routes])

    async def serve(self, request: Request) -> JSONResponse:
        body = await request.json()
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        result = await graphql(
            self.schema,
            body["query"],
            root_value={**_FLOW, **self._holder_fields()},
            context_value=token,
            variable_values=body.get("variables"),
            operation_name=body.get("operationName"),
        )
        return JSONResponse(result.formatted)

    def _holder_fields(self) -> Answer:
        def tokens() -> Answer:
            self.generation += 1
            access = f"access-secret-{self.generation}"
            self.accepted = {access}
            return {
                "__typename": "LoginCompleted",
                "accessToken": access,
                "accessTokenExpiresAt": (datetime.now(UTC) + self.lifetime).isoformat(),
                "refreshToken": f"refresh-secret-{self.generation}",
            }

        def refresh(_info: Info[str], *, input: Answer) -> Answer:  # noqa: A002
            if input["refreshToken"] != f"refresh-secret-{self.generation}":
                return _refusal("REFRESH_TOKEN_REPLAYED")
            return tokens()

        def logout(_info: Info[str]) -> Answer:
            self.accepted.clear()
            return {"ok": True}

        def me(info: Info[str]) -> Answer:
            if info.context not in self.accepted:
                raise GraphQLError("Log in first.", extensions={"code": "UNAUTHENTICATED"})
            return _HOLDER

        def complete(info: Info[str]) -> Answer:
            _need(info, "flow-secret-2")
            return tokens()

        return {"me": me, "completeLogin": complete, "refreshTokens": refresh, "logout": logout}


def _refusal(code: str, **more: object) -> Answer:
    return {"__typename": "LoginRefused", "code": code, "message": f"The toy says {code}.", **more}


def _need(info: Info[str], token: str) -> None:
    if info.context != token:
        raise GraphQLError("Wrong token.", extensions={"code": "UNAUTHENTICATED"})


def _prove(info: Info[str], *, input: Answer) -> Answer:  # noqa: A002
    _need(info, "flow-secret-1")
    known = [p for p in DEMO_PEOPLE if p["identifier"] == input["identifier"]]
    if not known or known[0]["name"] != input["name"]:
        return _refusal("NOT_MATCHED", retryAfterSeconds=2)
    due = known[0]["secondProof"] is not None
    level = "flow-secret-half" if due else "flow-secret-2"
    token = {"flowToken": level, "secondProofDue": due}
    return {"__typename": "RealNameProved", **token}


def _step(kind: str, needed: str, **fields: object) -> Any:
    def resolve(info: Info[str], **_: object) -> Answer:
        _need(info, needed)
        return {"__typename": kind, **fields}

    return resolve


_FLOW: Answer = {
    "biometricConsentNotice": {"version": "2024-12", "text": "The toy looks at no face."},
    "startLogin": lambda _info, **_: {
        "__typename": "LoginStarted",
        "flowToken": "flow-secret-1",
    },
    "proveRealName": _prove,
    "sendSecondProofCode": _step(
        "SecondProofCodeSent",
        "flow-secret-half",
        sandboxNotice="Sandbox: no message was sent.",
        sandboxCode="424242",
    ),
    "confirmSecondProof": _step(
        "SecondProofConfirmed", "flow-secret-half", flowToken="flow-secret-2"
    ),
    "giveBiometricConsent": _step("BiometricConsentGiven", "flow-secret-2", version="2024-12"),
    "startRealPersonCheck": _step(
        "RealPersonChallenge",
        "flow-secret-2",
        challengeId="rpc_1",
        sandbox=True,
        sandboxNotice="Sandbox: no face was compared.",
    ),
    "submitRealPersonProof": _step("RealPersonProved", "flow-secret-2", sandbox=True),
}

_HOLDER: Answer = {
    "fullName": {"masked": "M**** E******"},
    "permits": {
        "edges": [
            {
                "cursor": "c1",
                "node": {
                    "number": {"masked": "TOY-***1"},
                    "category": "A",
                    "status": "ACTIVE",
                    "daysLeft": 211,
                    "validUntil": "2026-06-30",
                    "employer": {"name": "Sample Robotics (Shanghai)"},
                },
            }
        ],
        "pageInfo": {"hasNextPage": False, "endCursor": "c1"},
    },
    "cards": {
        "edges": [
            {
                "node": {
                    "kind": "ELECTRONIC",
                    "status": "ACTIVE",
                    "permit": {"number": {"masked": "TOY-***1"}},
                    "nextActions": [{"code": "REPORT_LOST", "label": "Report it lost"}],
                }
            }
        ],
        "electronicAbsence": None,
    },
}
