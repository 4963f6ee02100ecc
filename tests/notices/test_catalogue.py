"""The catalogue of notices: codes, texts, producers, remedies, and what the documentation says of it."""

from __future__ import annotations

import importlib.util
import re
import string
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from napari_bac import remedies as of_napari
from shared_core.cli import remedies as of_cli
from shared_core.errors import UsageError
from shared_core.notices import (
    Notice,
    NoticeKind,
    Remedy,
    Severity,
    of_files,
    of_pixels,
    of_quality,
    of_results,
)
from shared_core.notices.catalogue import KINDS, catalogue_table, notice_of
from shared_core.notices.remedy import with_remedy

REPOSITORY = Path(__file__).resolve().parents[2]
SLICER = REPOSITORY / "slicer_bac_extension" / "BACSegmentation" / "BACSegmentationLib"
NAMED = {
    name: kind
    for module in (of_files, of_pixels, of_quality, of_results)
    for name, kind in vars(module).items()
    if isinstance(kind, NoticeKind)
}
HOST_WORDS = re.compile(r"--[a-z]|\bmenu|\bbutton|\bpanel|\bdock|napari|\bbac [a-z]|Slicer(?! \(GDCM\))")
"""3D Slicer (GDCM) is the name of a reader that takes another spacing or other pixels from a file."""


def of_slicer() -> Mapping[Remedy, str]:
    spec = importlib.util.spec_from_file_location("remedies_of_slicer", SLICER / "remedies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    # It asks its neighbour for the translation.
    sys.path.insert(0, str(SLICER.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(SLICER.parent))
    wording: Mapping[Remedy, str] = module.WORDING
    return wording


def filled(kind: NoticeKind) -> Notice:
    fields = [name for _, name, _, _ in string.Formatter().parse(kind.text) if name is not None]
    return kind.notice(**{name: "Something." if name == "reason" else "something" for name in fields})


def test_each_code_stands_once_and_is_kebab_case() -> None:
    codes = Counter(kind.code for kind in NAMED.values())
    assert set(codes.values()) == {1}
    assert len(KINDS) == len(NAMED)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code) for code in codes)


@pytest.mark.parametrize("kind", NAMED.values(), ids=lambda kind: kind.code)
def test_text_is_a_plain_sentence_without_words_of_a_host(kind: NoticeKind) -> None:
    text = filled(kind).text
    assert re.match(r"[A-Z0-9]|something", text)
    assert text.endswith(".")
    assert not text.endswith("..") or "{reason}." in kind.text
    assert not HOST_WORDS.search(text)


def source_files() -> list[Path]:
    engine = [path for path in (REPOSITORY / "shared_core").rglob("*.py") if path.parent.name != "notices"]
    return [*engine, *SLICER.glob("*.py"), *(REPOSITORY / "napari_bac").rglob("*.py")]


def test_each_kind_has_a_producer_and_none_is_made_elsewhere() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in source_files())
    used = set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", re.sub(r"(?m)^from .*notices\.of_.*$", "", everything)))
    assert sorted(set(NAMED) - used) == []
    assert "NoticeKind(" not in everything


@pytest.mark.parametrize(
    "wording", [of_cli.WORDING, of_napari.WORDING, of_slicer()], ids=["cli", "napari", "slicer"]
)
def test_every_host_words_every_remedy(wording: Mapping[Remedy, str]) -> None:
    assert set(wording) == set(Remedy)
    for words in wording.values():
        assert re.fullmatch(r"[A-Z].*\.|.*\{subject\}\.", words)


def test_each_remedy_is_given_somewhere() -> None:
    everything = "\n".join(path.read_text(encoding="utf-8") for path in source_files())
    given = {
        Remedy[name]
        for name in re.findall(r"Remedy\.([A-Z_]+)(?!:)\b", re.sub(r"Remedy\.[A-Z_]+:", "", everything))
    }
    given |= {kind.remedy for kind in NAMED.values() if kind.remedy is not None}
    assert given == set(Remedy)


def test_a_remedy_follows_the_sentence_in_the_words_of_the_host() -> None:
    notice = of_files.SPACING_UNKNOWN.notice()
    assert "--" not in notice.text
    assert of_cli.notice_words(notice) == f"{notice.text} Give it with --spacing-mm if you know it."
    assert "Facts…" in of_napari.notice_words(notice)
    error = UsageError("old: the exam e has no date.", Remedy.NAME_DATE, subject="old")
    assert of_cli.error_words(error) == "old: the exam e has no date. Give it as in 2021-03-31=old."
    assert with_remedy("As it is.", None, {}) == "As it is."


def test_a_notice_that_is_read_back_is_the_one_that_was_written() -> None:
    for kind in NAMED.values():
        notice = filled(kind)
        assert notice_of(notice.code, notice.text) == notice
    assert notice_of("of-a-later-version", "New.") == Notice("of-a-later-version", Severity.WARNING, "New.")


def test_missing_field_is_a_mistake_of_the_producer() -> None:
    with pytest.raises(KeyError):
        of_results.MASK_OUTSIDE_BREAST.notice()


def test_documentation_has_the_table_of_the_catalogue() -> None:
    page = (REPOSITORY / "docs" / "notices.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in page.splitlines() if line.startswith("|"))
    assert table == catalogue_table(), "paste what shared_core.notices.catalogue.catalogue_table() gives"
