"""What the panel says can be translated: every literal that reaches a person goes through Slicer's `_`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.slicer_bac_extension.conftest import MODULE

LIBRARY = MODULE / "BACSegmentationLib"
FOR_THE_CONSOLE = {"batch.py", "self_test.py"}
"""Run in a console or by developers, in English as the engine."""
FILES = [
    path
    for path in sorted([*LIBRARY.glob("*.py"), MODULE / "BACSegmentation.py"])
    if path.name not in FOR_THE_CONSOLE
]
WORDS = re.compile(r"[A-Za-z]{2,}[,;:]? [a-z]{2,}|^[A-Z][a-z]+[ :…]")
"""Two words of a sentence, or the first word of one."""
NAMES = {
    "OpenBAC developers",
    # Nodes, and kinds of things that scripts and Slicer know by these names.
    *("Centre line", "Part to move", "BAC measurements", "BAC over time", "Binary labelmap"),
    *("Mammogram (BAC Segmentation)", "OpenBAC simulated exam, four views"),
    *("A drawn mask is measured", "The model ran"),
}
NOT_SHOWN = {"_", "translate", "tr", "logging.exception", "logging.warning"}
"""What they take is translated, or stands in a log."""
PATTERNS = {"terminology.py": re.compile(r".*"), "pip_causes.py": re.compile(r".*[|\\(].*", re.DOTALL)}
"""Codes of SNOMED, and what is sought in the words of pip."""


def _text(node: ast.AST) -> str | None:
    """A bare text, with a star in place of each value; None where the node is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
        return "".join(map(str, parts))
    return None


def _bare(node: ast.AST) -> Iterator[str]:
    """Texts with words in them, outside of translation, docstrings and asserts."""
    if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and ast.unparse(node.func) in NOT_SHOWN):
        return
    if isinstance(node, ast.Expr) and _text(node.value) is not None:
        return
    text = _text(node)
    if text is not None:
        if WORDS.search(text) and text not in NAMES:
            yield text
        return
    for child in ast.iter_child_nodes(node):
        yield from _bare(child)


def _joined(node: ast.AST) -> Iterator[str]:
    """What is translated but is no whole text: made of values before, so that no translator ever finds it."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "_":
            (argument,) = call.args
            if not (isinstance(argument, ast.Constant) or ast.unparse(argument) == "TITLE"):
                yield ast.unparse(argument)


def _hidden(node: ast.AST) -> Iterator[int]:
    """Lines where `_` becomes another name, so that what follows is translated no more."""
    for name in ast.walk(node):
        if isinstance(name, ast.Name) and name.id == "_" and isinstance(name.ctx, ast.Store):
            yield name.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_for_people_can_be_translated(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pattern = PATTERNS.get(path.name)
    bare = [text for text in _bare(tree) if pattern is None or not pattern.fullmatch(text)]
    assert bare == []
    assert list(_joined(tree)) == []
    assert list(_hidden(tree)) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('self._host.say("Not ready" if not ready else f"{name} is there")', ["Not ready", "* is there"]),
        ('raise UsageError(f"{name} contains no image.")', ["* contains no image."]),
        ('text = " ".join(["Saved in", str(folder)])', ["Saved in"]),
        ('GONE = "was removed from the scene"', ["was removed from the scene"]),
        ('label.text = _("All is fine")', []),
        ('node.SetAttribute("BAC.key", "value")', []),
    ],
)
def test_a_text_that_cannot_be_translated_is_found(line: str, found: list[str]) -> None:
    assert list(_bare(ast.parse(line))) == found


def test_a_sentence_that_is_put_together_before_it_is_translated_is_found() -> None:
    assert list(_joined(ast.parse('_(f"{name} is there")\n_("Saved in " + folder)\n_("Fine")'))) == [
        "f'{name} is there'",
        "'Saved in ' + folder",
    ]


def test_a_loop_that_takes_the_name_of_the_translation_is_found() -> None:
    assert list(_hidden(ast.parse("for _, name in pairs:\n    say(_('Fine'))"))) == [1]


def test_the_translation_is_slicers_own_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ModuleType("slicer.i18n")
    own.tr = lambda text: f"<{text}>"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "slicer.i18n", own)
    monkeypatch.delitem(sys.modules, "BACSegmentationLib.translation", raising=False)
    from BACSegmentationLib.translation import tr

    assert tr("text") == "<text>"
    monkeypatch.delitem(sys.modules, "BACSegmentationLib.translation")
