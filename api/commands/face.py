"""`onecard face`: what an operator does with the engine that looks at faces."""

from __future__ import annotations

import importlib
from itertools import islice
from pathlib import Path

import click

from api.failure import Refusal


@click.group()
def face() -> None:
    """The engine of this machine that looks at faces (docs/verification.md)."""


@face.command()
@click.argument(
    "folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--plot",
    default=Path("face-distances.svg"),
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the drawing goes, as SVG.",
)
def calibrate(folder: Path, plot: Path) -> None:
    """Measure on your own pictures what the threshold does: DIR has a folder for each person.

    Nothing is stored but the drawing, which holds distances and no picture.
    """
    models = importlib.import_module("api.face.models")
    calibration = importlib.import_module("api.face.calibration")
    try:
        loaded = models.Models.load()
    except models.ModelsMissing as missing:
        raise Refusal(str(missing)) from None
    most = calibration.MAX_PICTURES
    named = list(islice(calibration.pictures_in(folder), most + 1))
    if len(named) > most:
        raise Refusal(f"at most {most:,} pictures at a time")
    found = calibration.distances_of(loaded, [(name, file.read_bytes()) for name, file in named])
    if not found.same or not found.other:
        raise Refusal("give two pictures of one person and one of another at least, in folders")
    try:
        plot.write_text(calibration.drawing(found), encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{plot} cannot be written: {error.strerror}") from None
    click.echo(
        f"{len(named):,} pictures, {found.unusable:,} unusable; "
        f"{len(found.same):,} pairs of one person, {len(found.other):,} of two"
    )
    click.echo("threshold  one person refused  two persons accepted")
    for threshold in calibration.THRESHOLDS:
        refused, accepted = found.refused(threshold), found.accepted(threshold)
        click.echo(
            f"{threshold:9.2f}  {refused:6,} ({refused / len(found.same):6.2%})"
            f"     {accepted:6,} ({accepted / len(found.other):6.2%})"
        )
    click.echo(f"drawn to {plot}")
