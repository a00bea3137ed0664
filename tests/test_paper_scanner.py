"""No paper is stored without a verdict, whatever the scanner does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from api.embedded.ports import free_port
from api.provider_choice import paper_scanner
from api.providers.clamd_scanner import ClamdScanner
from api.providers.sandbox_scanner import SandboxScanner
from api.setting_rules import exposure_fault, scanner_fault
from api.settings import Settings
from auth.keys import KeySet
from auth.mongo import Database
from resolvers.paper_scanner import (
    PaperScanner,
    ScannerUnavailable,
    ScanVerdict,
    scan_within_limit,
)
from tests.clamd_stand_in import answering, clamd_server, hasty, honest, silent
from tests.paper_contents import EICAR, pdf
from tests.paper_filing import audited, codes_of, new_filing
from tests.serving import serving_gateway

CONTRACT = pdf(200_000)
VIRUS = pdf(200_000, more=b"/X (" + EICAR + b")")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolvers.paper_scanner.SCAN_LIFETIME", timedelta(seconds=0.2))


@pytest.mark.parametrize("by_socket", [False, True], ids=["tcp", "unix"])
async def test_clamd_is_given_the_whole_content_and_its_verdict_is_taken(
    tmp_path: Path, by_socket: bool
) -> None:
    async with clamd_server(honest, tmp_path / "s" if by_socket else None) as clamd:
        scanner = ClamdScanner.at(clamd.address)
        assert isinstance(scanner, PaperScanner)
        assert not scanner.is_sandbox
        assert await scanner.scan(CONTRACT) is ScanVerdict.CLEAN
        assert await scanner.scan(VIRUS) is ScanVerdict.INFECTED
    assert clamd.scanned == [CONTRACT, VIRUS]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: OK\n\0",
        b"OK\0",
        b"stream: FOUND\0",
        b"stream: lstat() failed: No such file or directory. ERROR\0",
        b"UNKNOWN COMMAND\0",
        b"stream: " + b"x" * 5_000 + b" FOUND\0",
    ],
    ids=lambda answer: answer[:30],
)
async def test_an_answer_that_is_no_verdict_is_none(answer: bytes) -> None:
    async with clamd_server(answering(answer)) as clamd:
        with pytest.raises(ScannerUnavailable):
            await ClamdScanner.at(clamd.address).scan(CONTRACT)


async def test_a_clamd_that_hangs_up_gives_no_verdict() -> None:
    async with clamd_server(hasty) as clamd:
        with pytest.raises(ScannerUnavailable):
            await ClamdScanner.at(clamd.address).scan(bytes(4_000_000))


async def test_a_clamd_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    for address in (f"clamd://127.0.0.1:{free_port(0)}", f"clamd://{tmp_path}/none"):
        with pytest.raises(ScannerUnavailable):
            await ClamdScanner.at(address).scan(CONTRACT)


@pytest.mark.usefixtures("hurried")
async def test_a_clamd_that_does_not_answer_is_not_waited_for() -> None:
    async with clamd_server(silent) as clamd:
        with pytest.raises(ScannerUnavailable):
            await scan_within_limit(ClamdScanner.at(clamd.address), CONTRACT)


async def test_the_sandbox_says_that_it_is_one_and_finds_the_test_file() -> None:
    scanner = SandboxScanner()
    assert scanner.is_sandbox
    assert await scanner.scan(VIRUS) is ScanVerdict.INFECTED
    assert await scanner.scan(CONTRACT) is ScanVerdict.CLEAN


@pytest.mark.usefixtures("hurried")
async def test_without_a_verdict_the_upload_waits_and_its_last_part_is_sent_again(
    settings: Settings, mongod_uri: str, database: Database, key_set: KeySet, tmp_path: Path
) -> None:
    socket = tmp_path / "clamd"
    scanned = settings.model_copy(update={"paper_scanner": f"clamd://{socket}"})
    async with serving_gateway(scanned, mongod_uri, database, key_set) as serving:
        filing = await new_filing(serving)
        employer = filing.employer()
        path = await employer.begun(filing.application_id, len(CONTRACT))
        before = await filing.everything()
        for behaviour in (None, silent, answering(b"stream: ? ERROR\0")):
            if behaviour is None:
                answer = await employer.send(path, 0, CONTRACT)
            else:
                async with clamd_server(behaviour, socket):
                    answer = await employer.send(path, 0, CONTRACT)
                socket.unlink(missing_ok=True)
            assert (answer.status_code, codes_of(answer)) == (503, ["SCANNER_UNAVAILABLE"])
            assert answer.headers["retry-after"] == "1"
            assert await filing.everything() == before
        assert await audited(database, "paper.refused") == []
        async with clamd_server(honest, socket):
            assert (await employer.send(path, 0, CONTRACT)).status_code == 204
            refused = await employer.upload(filing.application_id, VIRUS)
        assert codes_of(refused) == ["MALWARE_FOUND"]
        assert [line["result"] for line in await audited(database, "paper.refused")] == [
            "MALWARE_FOUND"
        ]


@pytest.mark.parametrize(
    ("address", "scanner"),
    [
        ("sandbox", SandboxScanner),
        ("clamd://127.0.0.1:3310", ClamdScanner),
        ("clamd:///run/clamd.sock", ClamdScanner),
    ],
)
def test_the_setting_names_the_scanner(address: str, scanner: type) -> None:
    assert isinstance(paper_scanner(Settings(paper_scanner=address)), scanner)
    assert address == "sandbox" or scanner_fault(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "clamd",
        "clamd://",
        "clamd:///",
        "clamd://host",
        "clamd://host:0",
        "clamd://host:99999",
        "clamd://host:3310/path",
        "clamd://host:3310?x",
        "clamd://me@host:3310",
        "clamd://[::1:3310",
        "clamd:// host:3310\n",
        "http://host:3310",
        "package.module:factory",
    ],
)
def test_an_address_of_no_clamd_is_refused(address: str) -> None:
    assert scanner_fault(address) is not None


@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("clamd://127.0.0.1:3310", True),
        ("clamd://[::1]:3310", True),
        ("clamd://localhost:3310", True),
        ("clamd:///run/clamd.sock", True),
        ("clamd://10.0.0.7:3310", False),
        ("clamd://scanner.example:3310", False),
    ],
)
def test_production_sends_no_paper_unencrypted_to_another_machine(address: str, goes: bool) -> None:
    assert (exposure_fault(address) is None) is goes
