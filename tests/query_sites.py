"""Where the code asks the database, and which of its lines a command came from.

A call of the driver stands in the code once. While `traced` is on, each command carries the place
of its call as its comment.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final
from unittest.mock import patch

from motor.motor_asyncio import AsyncIOMotorCollection

from auth.graph_reads import ReadCollection
from tests.commands import MARK

ROOT: Final = Path(__file__).parent.parent
SEARCHED: Final = ("auth", "resolvers/store", "resolvers/jobs")
ASKING: Final = (
    *("find", "find_one", "aggregate", "count_documents", "distinct"),
    *("find_one_and_update", "find_one_and_delete", "find_one_and_replace"),
    *("update_one", "update_many", "replace_one", "delete_one", "delete_many", "bulk_write"),
)
"""What looks documents up. Inserts look for nothing."""
_COLLECTIONS: Final = {"Collection", "ReadCollection"}


@dataclass(frozen=True, order=True)
class Site:
    """One call of the driver. `line` and `column` are where it ends."""

    path: str
    function: str
    method: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.function}, {self.method}"

    @property
    def mark(self) -> str:
        return f"{MARK}{self.path}:{self.line}:{self.column}"


def all_sites() -> Mapping[str, Site]:
    """By mark, every call on what comes of a database (`database[...]`, or of such a thing by
    `with_options`), in whatever it is kept."""
    paths = [path for folder in SEARCHED for path in sorted((ROOT / folder).glob("*.py"))]
    return {site.mark: site for path in paths for site in _Searched(path).sites}


class _Searched(ast.NodeVisitor):
    def __init__(self, path: Path) -> None:
        self._path = str(path.relative_to(ROOT))
        self._within: list[str] = []
        self.sites: list[Site] = []
        tree = ast.parse(path.read_text())
        self._kept_in = {"collection", *_kept_in(tree)}
        self.visit(tree)

    def _enter(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self._within.append(node.name)
        self.generic_visit(node)
        self._within.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _enter  # noqa: N815 - ast's own

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        if (
            isinstance(called, ast.Attribute)
            and called.attr in ASKING
            and _is_collection(called.value, self._kept_in)
        ):
            assert node.end_lineno is not None
            assert node.end_col_offset is not None
            function = ".".join(self._within)
            self.sites.append(
                Site(self._path, function, called.attr, node.end_lineno, node.end_col_offset)
            )
        self.generic_visit(node)


def _kept_in(tree: ast.Module) -> Iterator[str]:
    """Names and attributes that hold a collection, or collections."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and _words(node.annotation) & _COLLECTIONS:
            yield _name(node.target)
        if isinstance(node, ast.Assign) and _is_collection(node.value, set()):
            yield from map(_name, node.targets)


def _is_collection(node: ast.expr, kept_in: set[str]) -> bool:
    if isinstance(node, ast.Subscript):
        return _name(node.value).endswith("database") or _name(node.value) in kept_in
    if isinstance(node, ast.Call):
        return _name(node.func) == "with_options"
    return _name(node) in kept_in


def _words(annotation: ast.expr) -> set[str]:
    return {_name(node) for node in ast.walk(annotation)}


def _name(node: ast.AST) -> str:
    return str(getattr(node, "attr", getattr(node, "id", "")))


@contextmanager
def traced() -> Iterator[None]:
    """Whatever looks documents up says where it stands, and writes whatever it is given."""
    asking = {name: _marked(getattr(AsyncIOMotorCollection, name), name) for name in ASKING}
    reading = _marked(ReadCollection.aggregate, "aggregate")
    with (
        patch.multiple(AsyncIOMotorCollection, **asking),
        patch.object(ReadCollection, "aggregate", reading),
    ):
        yield


_WRITING: Final = ("update_one", "update_many", "replace_one", "bulk_write")


def _marked(asked: Any, name: str) -> Any:
    def asking(self: Any, *args: Any, **options: Any) -> Any:
        options["comment"] = _mark_of(sys._getframe(1))
        if name in _WRITING:
            options["bypass_document_validation"] = True
        return asked(self, *args, **options)

    return asking


def _mark_of(frame: FrameType) -> str:
    _, line, _, column = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    path = Path(frame.f_code.co_filename)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    return f"{MARK}{shown}:{line}:{column}"
