"""Programs that ``torch.export.save`` wrote: checked as JSON before torch reads them.

The file names operations, and numbers in plain bytes. Four things in it could run code when torch loads it:
tensors that were pickled, a pickled example of the input, sizes as formulas (which torch evaluates), and
operations that are not torch's own. All are looked for first, and refused.
"""

from __future__ import annotations

import io
import json
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shared_core.errors import ModelError
from shared_core.inference.foreign.allowed_operations import OPERATIONS
from shared_core.inference.foreign.torchscript import UNPACKING_RAISES, members

if TYPE_CHECKING:
    import torch

_FORMULAS: Final = ("expr_str", "as_expr", "as_sym_int", "as_sym_float", "as_sym_bool")
_TARGET: Final = re.compile(r"torch\.ops\.aten\.(\w+)\.\w+")
_CODE_FREE: Final = re.compile(
    r"(models/model\.json|archive_(format|version)|byteorder|\.data/\w+|data/sample_inputs/model\.pt"
    r"|data/weights/(weight_\d+|\w+_config\.json)|data/constants/(tensor_\d+|\w+_config\.json))"
)
_EXAMPLE: Final = "data/sample_inputs/model.pt"
MOST_TEXT_BYTES: Final = 100_000_000


def is_exported_program(path: Path) -> bool:
    """Whether a file is an archive of a program."""
    names = members(path)
    return any(name.endswith(("models/model.json", "serialized_exported_program.json")) for name in names)


def read_exported_program(path: Path) -> torch.export.ExportedProgram:
    """Load a checked program.

    A `ModelError` where it could run code, is damaged, or was saved by another version of torch.
    """
    import torch

    require_harmless(path)
    try:
        return torch.export.load(path)
    except Exception:  # torch raises whatever its readers raise
        raise ModelError(f"{path} is damaged, or of another version of torch; save it again.") from None


def require_harmless(path: Path) -> None:
    """A `ModelError` where a file holds more than names of arithmetic and plain numbers."""
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                name = entry.filename.partition("/")[2]
                if not _CODE_FREE.fullmatch(name):
                    raise ModelError(
                        f"{path} holds {name!r}, which a program of plain arithmetic has not; save it with "
                        "a newer torch.export, or export the network to ONNX."
                    )
                if name != _EXAMPLE and not name.endswith(".json"):
                    continue
                if entry.file_size > MOST_TEXT_BYTES:
                    raise ModelError(f"{path} is larger than any network of use.")
                if name == _EXAMPLE:
                    _require_tensors(archive.read(entry), path)
                else:
                    _check(json.loads(archive.read(entry)), path)
    except (OSError, ValueError, *UNPACKING_RAISES):  # RecursionError is a RuntimeError
        raise ModelError(f"{path} is truncated or damaged; save the program again.") from None


def _require_tensors(content: bytes, path: Path) -> None:
    """The example of the input holds tensors alone: torch would unpickle anything else."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what torch tells of pickles that it refuses in a moment
            torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception:  # torch.load raises whatever its readers raise
        raise ModelError(
            f"{path} holds an example that is more than tensors, which could run code; export it to ONNX."
        ) from None


def _check(content: Any, path: Path) -> None:
    for name, value in _entries(content):
        if name == "target" and isinstance(value, str):
            found = _TARGET.fullmatch(value)
            if found is None or found[1] not in OPERATIONS:
                raise ModelError(
                    f"{path} asks for {value[:80]}, which is not among the operations that an imported "
                    "network may use; export the network to ONNX."
                )
        elif name == "use_pickle" and value is not False:
            raise ModelError(f"{path} holds pickled tensors, which could run code; export it to ONNX.")
        elif (name in _FORMULAS and value is not None) or (name == "range_constraints" and value):
            raise ModelError(
                f"{path} has sizes that are formulas, which torch would evaluate as code; export it for one "
                "fixed size, or to ONNX."
            )
        elif name in ("as_graph", "as_custom_obj") and value is not None:
            raise ModelError(f"{path} holds programs within the program; export the network to ONNX.")


def _entries(content: Any) -> Iterator[tuple[str, Any]]:
    """All named values, at any depth."""
    waiting = [content]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield from part.items()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
