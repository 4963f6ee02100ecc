"""Names that a module offers, each imported from its home when first used."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def homes_in(file: str) -> dict[str, str]:
    """Name to module of what a module imports ``if TYPE_CHECKING``: so what type checkers read is true."""
    tree = ast.parse(Path(file).read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = (node for node in block.body if isinstance(node, ast.ImportFrom))
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def from_home(name: str, homes: Mapping[str, str], *, door: str) -> Any:
    """What ``from home import name`` gives, for the ``__getattr__`` of the module `door`."""
    if name not in homes:
        raise AttributeError(f"module {door!r} has no attribute {name!r}")
    return getattr(__import__(homes[name], fromlist=[name]), name)
