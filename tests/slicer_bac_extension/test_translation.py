"""What the panel says can be translated: every literal that reaches a person goes through Slicer's `_`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.slicer_bac_extension.conftest import MODULE

SHOWN_BY = {
    "say",
    "errorDisplay",
    "confirmYesNoDisplay",
    "confirmOkCancelDisplay",
    "tryWithErrorDisplay",
    "getOpenFileName",
    "getExistingDirectory",
    "createProgressDialog",
}
SHOWN_IN = {"toolTip", "text"}
FILES = sorted((MODULE / "BACSegmentationLib").glob("*_panel.py"))
FILES += [MODULE / "BACSegmentation.py", MODULE / "BACSegmentationLib" / "dependencies.py"]


def _texts(node: ast.expr) -> Iterator[str]:
    """Bare texts of an expression, each with a word in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 2:
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield ast.unparse(node)
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.BoolOp):
        yield from (text for value in node.values for text in _texts(value))


def _bare(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in SHOWN_BY:
            for argument in node.args:
                yield from _texts(argument)
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).rpartition(".")[2] in SHOWN_IN:
            yield from _texts(node.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_text_for_people_can_be_translated(path: Path) -> None:
    assert list(_bare(path)) == []


def test_a_text_that_cannot_be_translated_is_found(tmp_path: Path) -> None:
    path = tmp_path / "some_panel.py"
    path.write_text('self._host.say("Hello" if ready else f"{name} there")\nlabel.text = _("Fine")\n')
    assert list(_bare(path)) == ["Hello", "f'{name} there'"]


def test_the_translation_is_slicers_own_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ModuleType("slicer.i18n")
    own.tr = lambda text: f"<{text}>"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "slicer.i18n", own)
    monkeypatch.delitem(sys.modules, "BACSegmentationLib.translation", raising=False)
    from BACSegmentationLib.translation import tr

    assert tr("text") == "<text>"
    monkeypatch.delitem(sys.modules, "BACSegmentationLib.translation")
