"""What labelled views are read from, so that a run never goes on with changed images or labels."""

from __future__ import annotations

from pathlib import Path

from shared_core.documents import DocumentError, any_json
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.records.canonical_json import json_bytes
from shared_core.training.data.fingerprints import file_sha256
from shared_core.training.example import ViewList, files_of

_NAMED = 5


def input_prints(source: ViewList) -> dict[str, str]:
    """sha256 of every image, mask and drawing, by view; empty where views are made.

    Where the files lie does not count. A `UsageError` where one cannot be read.
    """
    known: dict[Path, str] = {}
    found: dict[str, str] = {}
    for number in range(len(source)):
        files = files_of(source, number)
        if files is None:
            continue
        view = source.identity(number).view_id
        for what, path in (("image", files.image), ("mask", files.mask)):
            if path is not None:
                if path not in known:
                    known[path] = file_sha256(path)
                found[f"{view}: {what}"] = known[path]
        if files.drawing_sha256:
            found[f"{view}: drawing"] = files.drawing_sha256
    return found


def image_prints(*paths: Path) -> tuple[str, ...]:
    """sha256 of the images in files of `keep_inputs`, each once; none where views are made."""
    found = set()
    for path in paths:
        if path.exists():
            content = any_json(path.read_bytes())
            found |= {print_ for name, print_ in content.items() if name.endswith(": image")}
    return tuple(sorted(found))


def keep_inputs(path: Path, source: ViewList) -> None:
    """Write the fingerprints of a source; where they were written before, see that nothing has changed.

    Nothing is written of views that are made.

    Raises
    ------
    UsageError
        An image or label is another one than when the file was written; it is named.
    """
    prints = input_prints(source)
    if not path.exists():
        if prints:
            write_bytes(path, json_bytes(prints))
        return
    try:
        before = any_json(path.read_bytes())
    except (OSError, DocumentError):
        before = None
    if not isinstance(before, dict):
        raise UsageError(f"{path} cannot be read; choose another output folder.")
    changed = sorted(name for name in {**before, **prints} if before.get(name) != prints.get(name))
    if changed:
        more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
        raise UsageError(
            f"The data changed since the run in {path.parent} began: {', '.join(changed[:_NAMED])}{more}; "
            "go on with the same data, or choose another output folder."
        )
