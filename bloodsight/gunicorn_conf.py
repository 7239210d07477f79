"""gunicorn: two workers of four threads, loaded once, with the objects of start-up left out of collection."""

from __future__ import annotations

import gc
import os
from typing import Any

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WORKERS", "2"))
threads = 4
preload_app = True
timeout = 60
control_socket_disable = True
accesslog = None  # a path names a person; queries may carry a birth date
loglevel = "error"  # a warning repeats what a broken request said


def when_ready(server: Any) -> None:
    """Freezes what start-up made, so that no worker's collector walks it."""
    from django.db import connections

    connections.close_all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
