"""Play one whole extension: an employer's portal, the holder and two officers of the authority.

.venv/bin/python docs/examples/file_extension.py [BASE_URL]

It gets its token and logs in as the examples beside it do. Run again, it takes the next demo permit
that can be extended, until there is none.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import subprocess
import sys
import time
import urllib.request
import zlib
from datetime import datetime, timedelta, timezone
from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from employer_token import answer_of, token_of
from log_in import Gateway
from officer_login import LOGIN, code_now
from PIL import Image

PAYLOAD = """__typename
  ... on ApplicationChanged { application { id revision state city { code }
    requiredPapers { kind } promise { stage dueOn isProvisional } } }
  ... on ChangeRefused { code message gaps { paper reason } }"""
PERMITS = """{ employer { permits(first: 100) { edges { node { id number { masked } validUntil
  extensionWindow { isOpen closesOn } } } } } }"""
REVISION = "query($id: ID!) { employer { application(id: $id) { id revision } } }"
MINE = "{ me { applications(first: 5) { edges { node { id revision procedureLabel } } } } }"
CASE = """query($id: ID!) { officer { case(id: $id) { holder { fullName { masked } }
  papers { label } } } }"""
RESULT = """{ me { permits(first: 2) { edges { node { id statusLabel validUntil } } }
  cards(first: 5) { edges { node { kindLabel statusLabel permit { id } } } } } }"""
OWN_INPUTS = {"acceptApplication", "approveApplication"}
SHANGHAI = timezone(timedelta(hours=8))


def tell(who: str, what: str, how: str) -> None:
    print(f"{who:9} {what:22} {how}")


class Party:
    """One caller with an access token."""

    def __init__(self, base_url: str, who: str, token: str) -> None:
        self.base_url, self.who, self.token = base_url, who, token

    def ask(self, query: str, variables: dict[str, Any] | None = None) -> Any:
        """The one root that the operation asks for."""
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        told = answer_of(self._request("POST", "/graphql", body, "application/json"))
        if "errors" in told:
            sys.exit(f"{self.who}: {told['errors'][0]['message']}")
        [root] = told["data"].values()
        return root

    def change(self, mutation: str, input_type: str, given: dict[str, Any]) -> Any:
        """The payload of one mutation. It has a key of its own, so that the same request may be
        sent again when the answer was lost."""
        query = f"mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ {PAYLOAD} }} }}"
        payload = self.ask(query, {"input": {"idempotencyKey": secrets.token_hex(12), **given}})
        if payload["__typename"] == "ApplicationChanged":
            application = payload["application"]
            tell(self.who, mutation, application["state"] + promised(application["promise"]))
        return payload

    def step(self, mutation: str, application: dict[str, Any], **more: Any) -> Any:
        """The application after one step from where it was last read."""
        own = f"{mutation[0].upper()}{mutation[1:]}Input"
        input_type = own if mutation in OWN_INPUTS else "ApplicationStepInput"
        given = {"applicationId": application["id"], "revision": application["revision"]}
        payload = self.change(mutation, input_type, given | more)
        if payload["__typename"] == "ChangeRefused":
            sys.exit(f"{self.who}: {mutation}: {payload['code']}: {payload['message']}")
        return payload["application"]

    def upload(self, application_id: str, kind: str, media_type: str, content: bytes) -> None:
        """A paper by tus (docs/papers.md): begun, then sent; it fits into one part."""
        told = {"application": application_id, "kind": kind, "filetype": media_type}
        pairs = [f"{key} {base64.b64encode(one.encode()).decode()}" for key, one in told.items()]
        began = self._sent(
            self._request("POST", "/papers"),
            {"Upload-Length": str(len(content)), "Upload-Metadata": ",".join(pairs)},
        )
        part = "application/offset+octet-stream"
        request = self._request("PATCH", began["Location"], content, part)
        self._sent(request, {"Upload-Offset": "0"})
        tell(self.who, "upload", f"{kind}, {media_type}, {len(content):,} bytes")

    def _request(
        self, method: str, path: str, body: bytes | None = None, media_type: str | None = None
    ) -> urllib.request.Request:
        request = urllib.request.Request(  # noqa: S310 - ours
            f"{self.base_url}{path}", body, method=method
        )
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if media_type:
            request.add_header("Content-Type", media_type)
        return request

    def _sent(self, request: urllib.request.Request, head: dict[str, str]) -> Message:
        for name, value in {"Tus-Resumable": "1.0.0", **head}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
                headers: Message = answer.headers
                return headers
        except HTTPError as error:
            [refused] = json.load(error)["errors"]
            sys.exit(f"{self.who}: {refused['extensions']['code']}: {refused['message']}")


def promised(promise: dict[str, Any] | None) -> str:
    if promise is None:
        return ""
    provisional = ", provisional" if promise["isProvisional"] else ""
    return f"; {promise['stage']} promised by {promise['dueOn']}{provisional}"


def pdf(text: str) -> bytes:
    """One page with one line."""
    drawn = zlib.compress(f"BT /F1 18 Tf 60 760 Td ({text}) Tj ET".encode())
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1 %s>>>>>>" % font,
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(drawn), drawn),
    ]
    made, places = b"%PDF-1.4\n", b""
    for number, content in enumerate(objects, start=1):
        places += b"%010d 00000 n \n" % len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size = len(objects) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(made))
    return made + table + end


def scan() -> bytes:
    """A picture of nothing, as a scanner would send it."""
    made = BytesIO()
    Image.radial_gradient("L").resize((600, 800)).save(made, "JPEG")
    return made.getvalue()


def demo() -> dict[str, Any]:
    onecard = Path(sys.executable).with_name("onecard")
    if not onecard.exists():
        sys.exit(f"{sys.executable} has no onecard beside it: use .venv/bin/python of the clone")
    told = subprocess.run([onecard, "demo", "--json"], check=True, capture_output=True)  # noqa: S603
    identities: dict[str, Any] = json.loads(told.stdout)
    return identities


def draft_of(base_url: str, employers: list[dict[str, Any]]) -> tuple[Party, Any, Any]:
    """A portal that may write, a permit of its employer that can be extended, and the draft."""
    metadata = answer_of(f"{base_url}/.well-known/oauth-authorization-server")
    for employer in employers:
        if "applications:write" not in employer["scopes"]:
            continue
        token = token_of(base_url, employer, metadata["issuer"], None)
        portal = Party(base_url, "employer", token["access_token"])
        for edge in portal.ask(PERMITS)["permits"]["edges"]:
            permit = edge["node"]
            if permit["extensionWindow"] is None or not permit["extensionWindow"]["isOpen"]:
                continue
            draft = begun(portal, permit)
            if draft is not None:
                return portal, permit, draft
    print("no demo permit can be extended now; they are made anew when they are a week old")
    sys.exit(0)


def begun(portal: Party, permit: dict[str, Any]) -> Any:
    """The draft; None where an application for the permit is open."""
    number, window = permit["number"]["masked"], permit["extensionWindow"]
    tell(portal.who, f"permit {number}", f"valid until {permit['validUntil']}")
    until = datetime.now(SHANGHAI).date() + timedelta(days=700)
    asked = {
        "permitId": permit["id"],
        "contractUntil": (until + timedelta(days=30)).isoformat(),
        "requestedUntil": until.isoformat(),
    }
    payload = portal.change(
        "createApplication", "CreateApplicationInput", {"statement": {"extension": asked}}
    )
    if payload["__typename"] == "ApplicationChanged":
        return payload["application"]
    if payload["code"] != "APPLICATION_OPEN":
        sys.exit(f"{portal.who}: {payload['code']}: {payload['message']}")
    tell(portal.who, payload["code"], f"until {window['closesOn']} at most; the next one")
    return None


def holder_of(base_url: str, permit: dict[str, Any], holders: list[dict[str, Any]]) -> Party:
    """The demo holder whose number ends as the portal sees it, logged in."""
    ending = permit["number"]["masked"][-4:]
    numbers = [one["identifiers"]["workPermitNumber"] or "" for one in holders]
    holder = next(
        one for one, number in zip(holders, numbers, strict=True) if number.endswith(ending)
    )
    tell("holder", "logs in", holder["name"])
    app = Gateway(base_url)
    app.log_in(holder)
    return Party(base_url, "holder", app.token or "")


def officer_of(base_url: str, city: str, duty: str, officers: list[dict[str, Any]]) -> Party:
    officer = next(one for one in officers if one["city"] == city and duty in one["duties"])
    known = {name: officer[name] for name in ("loginName", "password")}
    for is_last in (False, True):
        given = known | {"code": code_now(officer["totpSecret"])}
        session = Party(base_url, "officer", "").ask(LOGIN, {"input": given})
        if session["__typename"] == "OfficerLoggedIn":
            break
        if is_last or session["code"] != "LOGIN_REFUSED":
            sys.exit(f"{officer['loginName']}: {session['code']}: {session['message']}")
        tell("officer", session["code"], "a code is good once: waiting for the next one")
        time.sleep(31 - time.time() % 30)
    tell("officer", "officerLogin", f"{officer['loginName']}, {', '.join(session['duties'])}")
    return Party(base_url, "officer", session["accessToken"])


def play(base_url: str) -> None:
    known = demo()
    portal, permit, draft = draft_of(base_url, known["employers"])
    for paper in draft["requiredPapers"]:
        if paper["kind"] == "CONTRACT":
            portal.upload(
                draft["id"], paper["kind"], "application/pdf", pdf("Contract (fictional)")
            )
        else:
            portal.upload(draft["id"], paper["kind"], "image/jpeg", scan())
    holder = holder_of(base_url, permit, known["holders"])
    mine = [edge["node"] for edge in holder.ask(MINE)["applications"]["edges"]]
    holder.step("confirmApplication", next(one for one in mine if one["id"] == draft["id"]))
    # The confirmation is a change too, of another party: its revision is another one now.
    read = portal.ask(REVISION, {"id": draft["id"]})["application"]
    application = portal.step("submitApplication", read)
    decide(base_url, application, known["officers"])
    show(holder)


def decide(base_url: str, application: dict[str, Any], officers: list[dict[str, Any]]) -> None:
    """Whoever checks a case does not decide it."""
    city = application["city"]["code"]
    checker = officer_of(base_url, city, "CHECK", officers)
    case = checker.ask(CASE, {"id": application["id"]})["case"]
    papers = "; ".join(paper["label"] for paper in case["papers"])
    tell(checker.who, "case", f"{case['holder']['fullName']['masked']}: {papers}")
    for mutation in ("preCheckApplication", "acceptApplication"):
        application = checker.step(mutation, application)
    decider = officer_of(base_url, city, "DECIDE", officers)
    for mutation in ("startReview", "approveApplication"):
        application = decider.step(mutation, application)


def show(holder: Party) -> None:
    me = holder.ask(RESULT)
    permits = [edge["node"] for edge in me["permits"]["edges"]]
    for permit in permits:
        tell(holder.who, "permit", f"{permit['statusLabel']}, valid until {permit['validUntil']}")
    for card in (edge["node"] for edge in me["cards"]["edges"]):
        loaded = "with the new permit" if card["permit"] == {"id": permits[0]["id"]} else "without"
        tell(holder.who, card["kindLabel"], f"{card['statusLabel']}, {loaded}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Play one whole extension of a demo permit.")
    default = "http://127.0.0.1:8000"
    parser.add_argument("base_url", metavar="BASE_URL", nargs="?", default=default, help=default)
    base_url = parser.parse_args().base_url
    if not base_url.startswith(("http://", "https://")):
        parser.error("BASE_URL must begin with http:// or https://")
    play(base_url.rstrip("/"))


if __name__ == "__main__":
    main()
