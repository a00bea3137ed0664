"""What is read beside the code goes into a built package."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
MADE_HERE: Final = {"__pycache__", "node_modules", "static", "models"}
"""By installing and running; none of it is tracked. `static` has a pattern all the same."""


def data_files(folder: Path) -> Iterator[Path]:
    for found in folder.iterdir():
        if found.is_dir():
            if found.name.partition(".")[0] not in MADE_HERE:
                yield from data_files(found)
        elif found.suffix != ".py" and found.name not in {".gitignore", ".build.lock"}:
            yield found


def test_every_file_that_is_no_python_is_packed_and_no_pattern_is_idle() -> None:
    with (ROOT / "pyproject.toml").open("rb") as opened:
        setuptools = tomllib.load(opened)["tool"]["setuptools"]
    assert setuptools["packages"]["find"]["namespaces"] is False
    packed: set[Path] = set()
    for package, patterns in setuptools["package-data"].items():
        folder = ROOT.joinpath(*package.split("."))
        assert (folder / "__init__.py").is_file(), package
        for pattern in patterns:
            matched = {one for one in folder.glob(pattern) if one.is_file()}
            assert matched or pattern.startswith("static/"), (package, pattern)
            packed |= matched
    floors = ("api", "schema", "resolvers", "auth")
    assert [one for floor in floors for one in data_files(ROOT / floor) if one not in packed] == []


def test_every_folder_with_code_is_a_package() -> None:
    floors = ("api", "schema", "resolvers", "auth")
    code = {
        one.parent
        for floor in floors
        for one in (ROOT / floor).rglob("*.py")
        if "node_modules" not in one.parts
    }
    assert [folder for folder in code if not (folder / "__init__.py").is_file()] == []
