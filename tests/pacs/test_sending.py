"""Sending to real peers, willing and unwilling."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from shared_core.pacs.call import Caller, PeerError
from shared_core.pacs.dicom_node import Node, Tls
from shared_core.pacs.sender import echo, send_files
from tests.host.orthanc import free_port
from tests.pacs.conftest import Archive

MakeArchive = Callable[..., Archive]
MG = "1.2.840.10008.5.1.4.1.1.1.2"
QUICK = Caller(wait_s=60)


def test_objects_arrive_as_they_are(archive: MakeArchive, exam_files: list[Path]) -> None:
    peer = archive()
    outcomes = send_files(exam_files, peer.node)
    assert [(outcome.path, outcome.fate, outcome.reason) for outcome in outcomes] == [
        (path, "sent", "") for path in exam_files
    ]
    for path in exam_files:
        dataset = pydicom.dcmread(path)
        arrived = pydicom.dcmread(io.BytesIO(peer.stored[dataset.SOPInstanceUID]), force=True)
        assert arrived.PixelData == dataset.PixelData
        assert arrived.PatientID == dataset.PatientID


@pytest.mark.parametrize(
    "syntaxes", [[ImplicitVRLittleEndian, RLELossless], [RLELossless, ExplicitVRLittleEndian]]
)
def test_plain_and_compressed_objects_go_as_the_peer_wants_them(
    syntaxes: list[str], archive: MakeArchive, exam_files: list[Path], tmp_path: Path
) -> None:
    compressed = pydicom.dcmread(exam_files[1])
    compressed.compress(RLELossless)
    compressed.save_as(tmp_path / "compressed.dcm")
    peer = archive(contexts=[(MG, syntaxes)])
    outcomes = send_files([exam_files[0], tmp_path / "compressed.dcm"], peer.node)
    assert [outcome.fate for outcome in outcomes] == ["sent", "sent"]
    packed = peer.stored[compressed.SOPInstanceUID]
    assert compressed.PixelData in packed, "compressed pixels are not touched"


def test_echo_tells_whether_a_peer_is_there(archive: MakeArchive) -> None:
    echo(archive().node)
    with pytest.raises(PeerError, match="nobody answers there"):
        echo(Node("127.0.0.1", free_port(), "ARCHIVE"), caller=QUICK)


def test_peer_that_does_not_know_us_is_told_in_a_sentence(
    archive: MakeArchive, exam_files: list[Path]
) -> None:
    peer = archive(allowed=("SOMEBODY",))
    with pytest.raises(PeerError, match="does not know our AE title OPENBAC"):
        send_files(exam_files, peer.node)
    assert send_files(exam_files[:1], peer.node, caller=Caller("SOMEBODY"))[0].fate == "sent"


def test_wrong_title_of_the_peer_is_told_in_a_sentence(archive: MakeArchive, exam_files: list[Path]) -> None:
    peer = archive()
    with pytest.raises(PeerError, match="it is not called NOBODY"):
        send_files(exam_files, Node(peer.node.host, peer.node.port, "NOBODY"))


def test_kind_of_object_that_is_not_taken_is_told_in_a_sentence(
    archive: MakeArchive, exam_files: list[Path]
) -> None:
    other = archive(contexts=[("1.2.840.10008.5.1.4.1.1.2", ["1.2.840.10008.1.2"])])
    with pytest.raises(PeerError, match="takes none of these objects"):
        send_files(exam_files, other.node)


def test_one_kind_that_is_not_taken_does_not_hold_up_the_others(
    archive: MakeArchive, exam_files: list[Path], tmp_path: Path
) -> None:
    dataset = pydicom.dcmread(exam_files[0])
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = pydicom.uid.CTImageStorage
    dataset.save_as(tmp_path / "other.dcm")
    compressed = pydicom.dcmread(exam_files[1])
    compressed.compress(RLELossless)
    compressed.save_as(tmp_path / "compressed.dcm")
    peer = archive(contexts=[(MG, ["1.2.840.10008.1.2.1"])])
    files = [tmp_path / "other.dcm", tmp_path / "compressed.dcm", exam_files[2]]
    other, packed, taken = send_files(files, peer.node)
    assert (other.fate, packed.fate, taken.fate) == ("refused", "refused", "sent")
    assert "does not take CT Image Storage (SOP class) of other.dcm" in other.reason
    assert "not as RLE Lossless (transfer syntax), as compressed.dcm" in packed.reason


def test_peer_that_drops_in_the_middle_leaves_the_rest_for_later(
    archive: MakeArchive, exam_files: list[Path]
) -> None:
    peer = archive(drops_after=2)
    fates = [outcome.fate for outcome in send_files(exam_files, peer.node, caller=QUICK)]
    assert fates == ["sent", "sent", "later", "later"]
    assert len(peer.stored) == 2


def test_status_decides_what_becomes_of_an_object(archive: MakeArchive, exam_files: list[Path]) -> None:
    peer = archive(answers=(0xA700, 0xB000, 0xC000))
    outcomes = send_files(exam_files, peer.node)
    assert [outcome.fate for outcome in outcomes] == ["later", "sent", "refused", "sent"]
    assert "has no room" in outcomes[0].reason
    assert "with a warning (B000)" in outcomes[1].reason
    assert "refuses" in outcomes[2].reason


def test_file_that_is_no_dicom_is_refused_and_the_others_go(
    archive: MakeArchive, exam_files: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "text.dcm").write_text("no DICOM")
    text, image = send_files([tmp_path / "text.dcm", exam_files[0]], archive().node)
    assert (text.fate, image.fate) == ("refused", "sent")
    assert "is no DICOM file" in text.reason


def certificate(folder: Path, name: str) -> Tls:
    """A certificate for 127.0.0.1 that trusts itself alone."""
    if shutil.which("openssl") is None:
        pytest.skip("the program openssl, which makes a certificate, is not installed")
    file, key = folder / f"{name}.pem", folder / f"{name}.key"
    subject = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + [*("-days", "2", *subject), "-keyout", str(key), "-out", str(file)],
        check=True,
        capture_output=True,
    )
    return Tls(file, file, key)


def test_objects_go_encrypted_to_a_peer_that_is_known(
    archive: MakeArchive, exam_files: list[Path], tmp_path: Path
) -> None:
    known, stranger = certificate(tmp_path, "known"), certificate(tmp_path, "stranger")
    peer = archive(tls=known.server())
    assert send_files(exam_files[:1], peer.node, caller=Caller(tls=known))[0].fate == "sent"
    with pytest.raises(PeerError, match="does not talk TLS with our certificates"):
        send_files(exam_files[:1], peer.node, caller=Caller(tls=stranger, wait_s=60))
    with pytest.raises(PeerError):
        send_files(exam_files[:1], peer.node, caller=QUICK)
    assert len(peer.stored) == 1
