"""The three models: which files they are, where they lie, and the engines that run them.

| file | does | licence |
|---|---|---|
| `dlib_face_recognition_resnet_model_v1.dat` | 128 numbers of a face | CC0 1.0 |
| `shape_predictor_5_face_landmarks.dat` | eye corners and nose: how a face lies | CC0 1.0 |
| `face_landmark.tflite` | 468 points in three dimensions | Apache 2.0 |

The detector is part of dlib itself (Boost licence). dlib's model of 68 points is not among them: it
was trained on pictures that exclude commercial use. Why these: docs/decisions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

DIRECTORY: Final = Path(__file__).parent / "models"
DESCRIPTOR: Final = "dlib_face_recognition_resnet_model_v1.dat"
ALIGNMENT: Final = "shape_predictor_5_face_landmarks.dat"
MESH: Final = "face_landmark.tflite"
_CHIP_SIDE: Final = 150
SHA256: Final[Mapping[str, str]] = {
    DESCRIPTOR: "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ALIGNMENT: "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    MESH: "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
}


class ModelsMissing(Exception):
    """The extra is not installed, or a model's file is missing or another one. `args[0]` says what
    to do, in one line."""


@dataclass(frozen=True)
class Models:
    """Loaded: 130 MB of a process. Not for use by several threads."""

    detector: Any
    alignment: Any
    descriptor: Any
    mesh: Any

    @classmethod
    def load(cls) -> Models:
        """Takes some 0.4 s. Raises `ModelsMissing`."""
        check_files()
        try:
            import dlib
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            raise ModelsMissing(
                "The face engine is not installed: pip install 'onecard[face]'."
            ) from None
        mesh = Interpreter(str(DIRECTORY / MESH), num_threads=1)
        mesh.allocate_tensors()
        return cls(
            detector=dlib.get_frontal_face_detector(),
            alignment=dlib.shape_predictor(str(DIRECTORY / ALIGNMENT)),
            descriptor=dlib.face_recognition_model_v1(str(DIRECTORY / DESCRIPTOR)),
            mesh=mesh,
        )

    def warm(self) -> None:
        """Both networks reserve the memory that they work in, by a look at nothing."""
        blank = np.zeros((_CHIP_SIDE, _CHIP_SIDE, 3), dtype=np.uint8)
        self.descriptor.compute_face_descriptor(blank)
        self.mesh.invoke()


def check_installed() -> None:
    """As `load` would find, without loading. Raises `ModelsMissing`."""
    if find_spec("dlib") is None or find_spec("ai_edge_litert") is None:
        raise ModelsMissing("The face engine is not installed: pip install 'onecard[face]'.")
    check_files()


def check_files() -> None:
    """Each file is there and is the one that was measured with. Raises `ModelsMissing`."""
    for name, expected in SHA256.items():
        if digest_of(DIRECTORY / name) != expected:
            raise ModelsMissing(f"{name} is missing or another: run `python -m api.face.fetch`.")


def digest_of(file: Path) -> str | None:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        return None
