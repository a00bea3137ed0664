"""What a server process runs: the application, imported without looking for garbage on the way.

Of one process that is done by the command itself (`api.cli`); each of several begins here.
"""

from __future__ import annotations

import gc
import importlib
from typing import cast

from starlette.applications import Starlette


def create_app() -> Starlette:
    gc.disable()
    app = importlib.import_module("api.app")
    # Modules stay as long as the process does.
    gc.freeze()
    gc.enable()
    return cast(Starlette, app.create_app())
