"""The words and numbers that results have from this program and the standard, and not from any image.

Mrs. Young's results may say "young" of nobody: what stands in the program's own texts is found in the
results of everybody, so that it tells nothing, and must not fail her exam.
"""

from __future__ import annotations

import ast
import platform
import re
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import pairwise
from pathlib import Path
from typing import Final

from pydicom._uid_dict import UID_dictionary

from shared_core.deidentification.identifiers import folded

_WORD: Final = re.compile(r"[^\W\d_]+")
_TEXTS: Final = frozenset({".json", ".toml"})


@cache
def own_words() -> frozenset[str]:
    """Of the texts in this package, of the classes of DICOM, and of this machine.

    Two words that follow each other stand in it with a blank between, too.
    """
    found: set[str] = set()
    for text in own_texts():
        words = _WORD.findall(text)
        found.update(words)
        found.update(map(" ".join, pairwise(words)))
    return frozenset(found)


@cache
def own_texts() -> tuple[str, ...]:
    """All of these texts in the form of `folded`."""
    texts = [*_package_texts(Path(__file__).parents[1]), *_standard_texts(), *platform.uname()]
    texts += [platform.python_implementation()]
    return tuple(map(folded, texts))


@cache
def own_numbers() -> frozenset[str]:
    """Those that are all of a text, such as that of a template or a concept: not of tables and decimals."""
    return frozenset(text for text in own_texts() if text.isdecimal())


@cache
def library_versions() -> frozenset[str]:
    """Of what is installed, as records of a run name them."""
    return frozenset(one.version for one in metadata.distributions())


def _package_texts(package: Path) -> Iterator[str]:
    for path in sorted(package.rglob("*")):
        if path.suffix in _TEXTS:
            yield path.read_text(encoding="utf-8", errors="replace")
        elif path.suffix == ".py":
            yield from _constants(ast.parse(path.read_bytes()))


def _constants(tree: ast.AST) -> Iterator[str]:
    """Texts, keywords and names of fields, which become keys of records; not what the code says of itself."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg


def _standard_texts() -> Iterator[str]:
    """Names of classes and transfer syntaxes; those of codes are told by their codes."""
    for entry in UID_dictionary.values():
        yield entry[0]
