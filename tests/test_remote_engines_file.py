"""The file that lists remote engines is right, or the gateway does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.failure import Refusal
from api.outbound import Outbound
from api.providers.remote_engines import remote_engines

_ENGINE = """[[engine]]
name = "a"
url = "{}://a.example"
client_id = "c"
kid = "1"
key_file = "k"
"""
_FILES = {
    "no engine": ("", "1 to 4 tables"),
    "no TOML": ("[[", "no readable TOML"),
    "a field too few": ('[[engine]]\nname = "a"\n', "each a text"),
    "no https": (_ENGINE.format("http"), "must be an https address"),
    "no key": (_ENGINE.format("https"), "must be an Ed25519 key"),
}


@pytest.mark.parametrize("fault", list(_FILES))
def test_a_wrong_file_of_engines_keeps_the_gateway_from_starting(
    tmp_path: Path, fault: str
) -> None:
    text, told = _FILES[fault]
    path = tmp_path / "engines.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refusal, match=told):
        remote_engines(path, Outbound(loopback_allowed=False))
