"""Free pictures of faces: `python -m tests.face_pictures` gets them, `picture` opens one.

They are test fixtures out of packages, never committed and never demo data: the astronaut comes
with scikit-image (NASA, public domain), the others with the source archive of face_recognition
(MIT), of which nothing is run but its metadata. A second call does nothing.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from api.face.pictures import Pixels, pixels_of

DIRECTORY: Final = Path(__file__).parent / "pictures"
_PACKAGE: Final = "face_recognition==1.3.0"
_SHA256: Final = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec"
_INSIDE: Final = "face_recognition-1.3.0/tests/test_images"
NAMES: Final = (
    "biden.jpg",
    "obama.jpg",
    "obama2.jpg",
    "obama3.jpg",
    "obama_partial_face.jpg",
    "obama_partial_face2.jpg",
)
ASTRONAUT: Final = "astronaut"
_SIDE: Final = 1_024


def fetch() -> None:
    """Raises SystemExit when they cannot be had or are not those that we know."""
    if all((DIRECTORY / name).exists() for name in NAMES):
        return
    with tempfile.TemporaryDirectory(prefix="onecard-pictures-") as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", folder, _PACKAGE]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        archives = list(Path(folder).iterdir())
        if ended.returncode != 0 or len(archives) != 1:
            raise SystemExit(f"{_PACKAGE} cannot be had")
        content = archives[0].read_bytes()
        if hashlib.sha256(content).hexdigest() != _SHA256:
            raise SystemExit(f"{_PACKAGE} is not the archive that we know")
        DIRECTORY.mkdir(exist_ok=True)
        with tarfile.open(fileobj=BytesIO(content)) as archive:
            for name in NAMES:
                taken = archive.extractfile(f"{_INSIDE}/{name}")
                assert taken is not None
                fresh = DIRECTORY / f"{name}.part"
                fresh.write_bytes(taken.read())
                fresh.replace(DIRECTORY / name)


@cache
def content_of(name: str) -> bytes:
    """As an app would send it: a JPEG of a moderate size."""
    if name == ASTRONAUT:
        from skimage import data

        image = Image.fromarray(data.astronaut())
    else:
        with Image.open(DIRECTORY / name) as opened:
            image = opened.convert("RGB")
    image.thumbnail((_SIDE, _SIDE))
    return jpeg_of(image)


def picture(name: str) -> Pixels:
    return pixels_of(content_of(name))


def jpeg_of(image: Image.Image, quality: int = 90) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=quality)
    return written.getvalue()


if __name__ == "__main__":
    fetch()
