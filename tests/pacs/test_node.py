"""How nodes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared_core.errors import UsageError
from shared_core.pacs.dicom_node import Node, Tls, ae_title_of, node_of
from shared_core.pacs.file_names import safe_name


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("pacs.example:104:ARCHIVE", Node("pacs.example", 104, "ARCHIVE")),
        ("[::1]:11112:MY PACS", Node("::1", 11112, "MY PACS")),
    ],
)
def test_node_is_read_and_written_alike(text: str, node: Node) -> None:
    assert node_of(text) == node
    assert str(node) == text


@pytest.mark.parametrize(
    "text",
    ["", "host", "host:104", "host:0:A", "host:70000:A", "host:104:", "host:104:" + "A" * 17, "a/b:1:A"],
)
def test_what_is_no_node_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no (DICOM node|AE title)"):
        node_of(text)


@pytest.mark.parametrize("text", ["   ", "A\\B", "\u00dcBER", "A\nB"])
def test_what_is_no_title_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match="AE title"):
        ae_title_of(text)


def test_certificate_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "ours.pem"
    file.write_text("no certificate")
    with pytest.raises(UsageError, match=r"ours\.pem: cannot be used for TLS"):
        Tls(authorities=file).client()
    with pytest.raises(UsageError, match="needs a certificate"):
        Tls().server()


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "", ".", "..", ".hidden", "a/b", "a\\b", "1.2\0", "1." * 40]
)
def test_name_of_a_hostile_text_is_harmless(text: str) -> None:
    name = safe_name(text)
    assert name != text
    assert name.replace("-", "").isalnum()
    assert safe_name(name) != safe_name(text), "no text may take the name of another one"
