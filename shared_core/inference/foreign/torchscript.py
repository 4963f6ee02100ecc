"""TorchScript files: checked as text before torch reads them, then turned into a graph.

A TorchScript file holds its code as text, which torch compiles when it loads the file, and runs in part:
``__setstate__``. So the text is parsed first, without running it, and must ask for nothing but arithmetic on
tensors. What remains of the file is numbers, which torch's own reader takes without Python's pickle.
"""

from __future__ import annotations

import ast
import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shared_core.errors import ModelError
from shared_core.inference.foreign.allowed_operations import OPERATIONS, PRIM_OPERATIONS

if TYPE_CHECKING:
    import torch

MOST_TEXT_BYTES: Final = 20_000_000
UNPACKING_RAISES: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error),
    *(NotImplementedError, RuntimeError),
)
"""Of an archive that is damaged, locked, or packed in a way that is not known."""
_WITHOUT_END: Final = 2**63 - 1
"""How often TorchScript runs a loop that has no count."""
_RUN_AT_LOAD: Final = ("__setstate__", "__getstate__")


def is_torchscript(path: Path) -> bool:
    """Whether a file is an archive with code."""
    return any("/code/" in name for name in members(path))


def members(path: Path) -> list[str]:
    """Names in an archive; none where it is no archive."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, ValueError, *UNPACKING_RAISES):
        return []


def read_torchscript(path: Path) -> torch.jit.ScriptModule:
    """Load a checked TorchScript file on the CPU, for use.

    A `ModelError` where its code asks for more than arithmetic, or it is damaged.
    """
    import torch

    _require_arithmetic_in(path)
    try:
        load: Any = torch.jit.load  # torch leaves it untyped
        module: torch.jit.ScriptModule = load(str(path), map_location="cpu").eval()
    except Exception:  # torch raises whatever its readers raise
        raise ModelError(f"{path} is damaged, or of another version of torch; save it again.") from None
    return module


def _require_arithmetic_in(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [entry for entry in archive.infolist() if "/code/" in entry.filename]
            if sum(entry.file_size for entry in texts) > MOST_TEXT_BYTES:
                raise ModelError(
                    f"{path} holds more code than any network of use; export the network to ONNX."
                )
            for entry in texts:
                if entry.filename.endswith(".py"):
                    require_arithmetic(archive.read(entry), f"{path}")
    except (OSError, *UNPACKING_RAISES):
        raise ModelError(f"{path} is truncated or damaged; save it again.") from None


def require_arithmetic(code: bytes, source: str) -> None:
    """A `ModelError` where a text of TorchScript asks for anything but arithmetic on tensors."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ModelError(f"{source} holds code that cannot be checked; export the network to ONNX.") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name in _RUN_AT_LOAD:
            raise ModelError(
                f"{source} holds {node.name}, which would run when it is loaded; export the network to ONNX."
            )
        if isinstance(node, ast.While) or (isinstance(node, ast.Constant) and node.value == _WITHOUT_END):
            raise ModelError(f"{source} holds a loop that may never end; export the network to ONNX.")
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            raise ModelError(f"{source} imports other code; export the network to ONNX.")
        if isinstance(node, ast.Attribute) and (asked := _forbidden(node)) is not None:
            raise ModelError(
                f"{source} asks for {asked}, which is not among the operations that an imported network may "
                "use; export the network to ONNX."
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id.startswith("__"):
            raise ModelError(f"{source} calls {node.func.id}; export the network to ONNX.")


def _forbidden(node: ast.Attribute) -> str | None:
    """The dotted name of an operation that is not allowed; None for others, and for parts of the network."""
    names = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        names.insert(0, value.attr)
        value = value.value
    if not isinstance(value, ast.Name):
        return None
    if value.id == "torch":
        return None if len(names) == 1 and names[0] in OPERATIONS else f"torch.{'.'.join(names)}"
    if value.id == "ops":
        if len(names) < 2:
            return None  # a part of a longer name, which is looked at as a whole
        space, name = names[0], names[-1]
        allowed = {"prim": PRIM_OPERATIONS, "aten": OPERATIONS}.get(space, frozenset())
        return None if len(names) == 2 and name in allowed else f"ops.{'.'.join(names)}"
    return None


def fixed_to(module: torch.jit.ScriptModule, tile: torch.Tensor) -> torch.jit.ScriptModule:
    """The same with what depends on sizes alone decided for one tile, so that no branches are left."""
    import torch

    try:
        frozen: torch.jit.ScriptModule = torch.jit.freeze(module)
        graph = frozen.graph
        list(graph.inputs())[-1].setType(torch._C.TensorType.create_from_tensor(tile))
        torch._C._jit_pass_propagate_shapes_on_graph(graph)
        torch._C._jit_pass_peephole(graph, False)
        torch._C._jit_pass_constant_propagation(graph)
        torch._C._jit_pass_dce(graph)
    except (RuntimeError, AttributeError):
        return module
    return frozen
