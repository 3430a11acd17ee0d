#!/usr/bin/env python3
"""A plain function as a task: nothing to await, progress as it goes, and a place to stop at.

Each runs in a thread of its own, so it may block. Python can't interrupt it: `ctx.cancelled` says when to stop.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from longwire import Cancelled, SyncTaskContext, TaskFailed, Worker

worker = Worker()


@worker.task("example.checksums")
def checksums(ctx: SyncTaskContext) -> dict[str, Any]:
    folder = Path(ctx.input["folder"])
    if not folder.is_dir():
        raise TaskFailed("bad_request", f"there is no folder {folder}", details={"field": "folder"})
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    whole = hashlib.sha256()
    for done, path in enumerate(files, start=1):
        if ctx.cancelled:
            raise Cancelled
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(digest.encode())
        ctx.log(f"{digest}  {path.relative_to(folder)}")
        ctx.progress(done / len(files), f"{done} of {len(files)}")
    return {"files": len(files), "sha256": whole.hexdigest()}


if __name__ == "__main__":
    worker.main()
