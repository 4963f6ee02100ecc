"""Kinds of files beside DICOM, PNG, TIFF and JPEG: PGM, NIfTI of one slice, JPEG 2000, and packed files."""

from __future__ import annotations

import gzip
import io
import random
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from shared_core.errors import OpenBacError, UnreadableImageError, UnsupportedImageError
from shared_core.mammogram import SpacingSource
from shared_core.reading import content
from shared_core.reading.exam_grouping import find_exams
from shared_core.reading.files import KindNotReadError
from shared_core.reading.mask import is_label_file, read_label_file, read_mask_file
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading.mutants import mutated
from tests.reading.synthetic import breast, dataset, write

nibabel = pytest.importorskip("nibabel")
sitk = pytest.importorskip("SimpleITK")

CODES = [
    a + b + c
    for axes in (("RL", "AP", "IS"), ("AP", "RL", "IS"), ("IS", "AP", "RL"), ("RL", "IS", "AP"))
    for a in axes[0]
    for b in axes[1]
    for c in axes[2]
]
"""Directions of the three axes of an array, 32 of the 48 that there are."""


def pgm(pixels: np.ndarray, maximum: int, *, text: bool = False, comment: bytes = b"") -> bytes:
    head = b"P%d\n%b%d %d\n%d\n" % (2 if text else 5, comment, pixels.shape[1], pixels.shape[0], maximum)
    if text:
        return head + b"\n".join(b" ".join(b"%d" % value for value in row) for row in pixels) + b"\n"
    return head + pixels.astype(np.uint8 if maximum < 256 else ">u2").tobytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([255, 1023, 4095, 16383, 65535]), st.booleans(), st.integers(0, 9))
def test_a_pgm_is_read_value_for_value(tmp_path: Path, maximum: int, text: bool, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, maximum + 1, (70, 66))
    path = tmp_path / "p_LCC.pgm"
    path.write_bytes(pgm(pixels, maximum, text=text, comment=b"# CREATOR: someone 12 13\n"))
    found = read_mammogram(path)
    assert np.array_equal(found.pixels, pixels)
    assert found.pixels.dtype == (np.uint8 if maximum == 255 else np.uint16)
    assert (found.header.bits, found.header.view_label) == (maximum.bit_length(), "LCC")
    assert found.header.spacing is None
    assert [notice.code for notice in found.header.notices] == ["spacing-not-in-format"]


GOOD = pgm(breast(8), 255)


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (GOOD[:-200], UnreadableImageError, "truncated"),
        (GOOD + b"\1" * 500, UnreadableImageError, "more pixels than its header says"),
        (GOOD + GOOD, UnsupportedImageError, "several images"),
        (b"P5\n96 x\n255\n", UnreadableImageError, "header of the PGM is damaged"),
        (b"P5\n96 72\n0\n", UnreadableImageError, "gives 0"),
        (b"P5\n96 72\n70000\n", UnreadableImageError, "gives 70000"),
        (b"P5\n96 72\n1\n" + b"\1" * 96 * 72, UnsupportedImageError, "1 bit"),
        (pgm(breast(12), 1023), UnreadableImageError, "above its largest value 1023"),
        (b"P2\n96 72\n255\n 1 2 x 4", UnreadableImageError, "no number"),
        (b"P2\n99999 99999\n255\n 1", UnsupportedImageError, "megapixels"),
        (b"P5" + b" " * 70000, UnreadableImageError, "header of the PGM is damaged"),
        (b"P6\n96 72\n255\n", UnreadableImageError, "colour picture"),
    ],
)
def test_a_pgm_that_contradicts_itself_is_refused(
    tmp_path: Path, data: bytes, kind: type[OpenBacError], words: str
) -> None:
    path = tmp_path / "x.pgm"
    path.write_bytes(data)
    with pytest.raises(kind, match=words):
        read_mammogram(path)


def itk_picture(pixels: np.ndarray, spacing: tuple[float, float] = (0.09, 0.07)) -> sitk.Image:
    image = sitk.GetImageFromArray(pixels[np.newaxis])
    image.SetSpacing((spacing[1], spacing[0], 1.0))
    return image


@pytest.mark.parametrize("code", CODES)
def test_a_nifti_lies_as_the_picture_whatever_the_order_of_its_array(tmp_path: Path, code: str) -> None:
    pixels = breast(12, seed=3).astype(np.int16)
    path = tmp_path / "p_LCC.nii.gz"
    sitk.WriteImage(sitk.DICOMOrient(itk_picture(pixels), code), str(path))
    found = read_mammogram(path)
    upright = sitk.GetArrayFromImage(sitk.DICOMOrient(sitk.ReadImage(str(path)), "LPS"))[0]
    assert np.array_equal(found.pixels, pixels)
    assert np.array_equal(found.pixels, upright)
    assert found.header.spacing is not None
    assert (found.header.spacing.row_mm, found.header.spacing.column_mm) == (0.09, 0.07)
    assert found.header.spacing.source is SpacingSource.NIFTI
    assert found.header.notices == ()


@pytest.mark.parametrize("diagonal", [(0.09, 0.07), (-0.09, 0.07), (0.09, -0.07), (-0.09, -0.07)])
def test_an_affine_that_places_the_image_nowhere_does_not_turn_it(
    tmp_path: Path, diagonal: tuple[float, float]
) -> None:
    pixels = breast(12).astype(np.int16)
    path = tmp_path / "x.nii"
    nibabel.save(nibabel.Nifti1Image(pixels.T[..., None], np.diag([*diagonal, 1, 1])), path)
    found = read_mammogram(path)
    assert np.array_equal(found.pixels, pixels)
    assert np.array_equal(found.pixels, sitk.GetArrayFromImage(sitk.ReadImage(str(path)))[0])
    told = "nifti-order-as-stored" in [notice.code for notice in found.header.notices]
    assert told == (diagonal != (-0.09, -0.07))


def test_a_nifti_without_directions_is_taken_as_stored(tmp_path: Path) -> None:
    pixels = breast(12).astype(np.int16)
    image = nibabel.Nifti1Image(pixels.T[..., None], None)
    image.header.set_zooms((0.1, 0.2, 1))
    nibabel.save(image, tmp_path / "x.nii")
    found = read_mammogram(tmp_path / "x.nii").pixels
    assert np.array_equal(found, pixels)
    assert np.array_equal(found, sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "x.nii")))[0])


@pytest.mark.parametrize(
    ("unit", "spacing_mm", "known"),
    [
        ("mm", 0.07, True),
        ("unknown", 0.07, False),
        ("micron", 70, True),
        ("meter", 7e-5, True),
        ("micron", 1000, False),
        ("micron", 0.07, False),
        ("mm", 1.0, False),
        ("mm", 5.0, False),
    ],
)
def test_a_nifti_has_a_spacing_where_it_says_a_unit_of_length(
    tmp_path: Path, unit: str, spacing_mm: float, known: bool
) -> None:
    image = nibabel.Nifti1Image(breast(12).T[..., None], np.diag([-spacing_mm, -spacing_mm, 1, 1]))
    image.header.set_xyzt_units(unit)
    nibabel.save(image, tmp_path / "x.nii.gz")
    header = read_header(tmp_path / "x.nii.gz")
    assert (header.spacing is not None) == known
    if header.spacing is not None:
        assert (header.spacing.row_mm, header.spacing.column_mm) == pytest.approx((0.07, 0.07), rel=1e-6)
    assert known == (not any(notice.code.startswith("nifti-spacing") or "spacing" in notice.code
                             for notice in header.notices))  # fmt: skip


def nifti(array: np.ndarray, **fields: int) -> bytes:
    image = nibabel.Nifti1Image(array, np.diag([-1, -1, 1, 1]))
    for name, value in fields.items():
        image.header[name] = value
    return bytes(image.to_bytes())


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (nifti(np.zeros((96, 72, 5), np.uint8)), UnsupportedImageError, "volume of 96 x 72 x 5"),
        (nifti(np.zeros((96, 72, 1, 5), np.uint8)), UnsupportedImageError, "volume|values"),
        (nifti(np.zeros((96, 1, 1), np.uint8)), UnsupportedImageError, "96 x 1 x 1 values"),
        (nifti(breast(8).T[..., None])[:-900], UnreadableImageError, "truncated"),
        (nifti(breast(8).T[..., None])[:344], UnreadableImageError, "not an image"),
        (nifti(np.full((96, 72), np.nan, np.float32)), UnreadableImageError, "not numbers"),
        (nifti(np.zeros((96, 72), np.complex64)), UnsupportedImageError, "type complex64"),
        (nifti(breast(8).T[..., None], intent_code=1002), UnsupportedImageError, "labels"),
        (nifti(breast(8).T[..., None])[:348] + b"\0" * 4, UnreadableImageError, "truncated"),
    ],
)
def test_a_nifti_that_is_no_image_is_refused(
    tmp_path: Path, data: bytes, kind: type[OpenBacError], words: str
) -> None:
    (tmp_path / "x.nii").write_bytes(data)
    with pytest.raises(kind, match=words):
        read_mammogram(tmp_path / "x.nii")


def test_scaled_values_and_both_versions_of_nifti(tmp_path: Path) -> None:
    pixels = breast(12)
    for number, make in enumerate((nibabel.Nifti1Image, nibabel.Nifti2Image)):
        image = make(pixels.T[..., None].astype(np.int16), np.diag([-0.1, -0.1, 1, 1]))
        image.header.set_slope_inter(2, -100)
        nibabel.save(image, tmp_path / f"{number}.nii")
        found = read_mammogram(tmp_path / f"{number}.nii").pixels
        assert np.array_equal(found, 2 * pixels.astype(int) - 100)


@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("suffix", [".jp2", ".j2k"])
def test_jpeg_2000_is_read_value_for_value(tmp_path: Path, bits: int, suffix: str) -> None:
    from openjpeg.utils import encode_array

    pixels = breast(bits)
    coded = bytes(encode_array(pixels, bits_stored=bits, codec_format=1 if suffix == ".jp2" else 0))
    (tmp_path / f"p_RMLO{suffix}").write_bytes(coded)
    found = read_mammogram(tmp_path / f"p_RMLO{suffix}")
    assert np.array_equal(found.pixels, pixels)
    assert (found.header.bits, found.header.view_label) == (bits, "RMLO")
    (tmp_path / "cut.jp2").write_bytes(coded[: len(coded) // 2])
    with pytest.raises(UnreadableImageError, match="damaged"):
        read_mammogram(tmp_path / "cut.jp2")


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    write(tmp_path / "sound.dcm", dataset())
    data = (tmp_path / "sound.dcm").read_bytes()
    (tmp_path / "sound.dcm").unlink()
    return data


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_dicom_in_an_archive_or_packed_is_the_same_image(tmp_path: Path, sound: bytes, method: int) -> None:
    (tmp_path / "a.dcm").write_bytes(sound)
    (tmp_path / "b.dcm.gz").write_bytes(gzip.compress(sound))
    archive = zipped(tmp_path / "c.zip", {"deep/IM1": sound, "deep/IM2.gz": gzip.compress(sound)}, method)
    expected = read_mammogram(tmp_path / "a.dcm")
    for path in (tmp_path / "b.dcm.gz", archive / "deep" / "IM1", archive / "deep" / "IM2.gz"):
        found = read_mammogram(path)
        assert np.array_equal(found.pixels, expected.pixels)
        assert found.header.identity == expected.header.identity
        assert found.header.path == path
        assert content.is_there(path)
        assert content.size_of(path) == len(sound)
    with pytest.raises(KindNotReadError, match=r"ZIP archive; name a file in it, such as .*deep/IM1"):
        read_header(archive)


@pytest.mark.parametrize(
    "name",
    [
        "../../outside.dcm",
        "/etc/outside.dcm",
        "..\\..\\outside.dcm",
        "C:\\outside.dcm",
        "a/../../outside.dcm",
    ],
)
def test_names_in_archives_lead_nowhere_else(tmp_path: Path, sound: bytes, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "outside.dcm").write_bytes(b"not the one")
    archive = zipped(folder / "evil.zip", {name: sound})
    before = sorted(tmp_path.rglob("*"))
    (member,) = content.files_in_archive(archive)
    assert member.parts[: len(archive.parts)] == archive.parts
    assert ".." not in member.parts
    assert read_mammogram(member).shape == (96, 72)
    assert sorted(tmp_path.rglob("*")) == before
    with pytest.raises(content.CannotOpenError):
        content.read_bytes(archive / ".." / ".." / "outside.dcm")


def test_the_same_name_twice_is_two_files(tmp_path: Path, sound: bytes) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as opened, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the name is there
        opened.writestr("a.dcm", sound)
        opened.writestr("a.dcm", b"other")
    found = [content.read_bytes(path) for path in content.files_in_archive(archive)]
    assert found == [b"other", sound]


def test_bombs_are_refused_before_the_memory_is_taken(
    tmp_path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "LARGEST_UNPACKED_BYTES", 1 << 20)
    bomb = sound + b"\0" * (2 << 20)
    (tmp_path / "bomb.dcm.gz").write_bytes(gzip.compress(bomb))
    archive = zipped(tmp_path / "bomb.zip", {"a.dcm": bomb})
    for path in (tmp_path / "bomb.dcm.gz", archive / "a.dcm"):
        with pytest.raises(UnsupportedImageError, match="unpacks to more than 1 MB"):
            content.read_bytes(path)
    monkeypatch.setattr(content, "MOST_MEMBERS", 3)
    many = zipped(tmp_path / "many.zip", {f"{n}.txt": b"" for n in range(4)})
    with pytest.raises(UnsupportedImageError, match="more than is looked at"):
        content.files_in_archive(many)
    monkeypatch.setattr(content, "_LARGEST_DIRECTORY_BYTES", 50)
    with pytest.raises(UnsupportedImageError, match="more than is looked at"):
        content.files_in_archive(archive)


def test_what_cannot_be_unpacked_is_said(tmp_path: Path, sound: bytes) -> None:
    whole = zipped(tmp_path / "x.zip", {"a.dcm": sound}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:-40])
    with pytest.raises(UnreadableImageError, match="ZIP archive is damaged"):
        content.files_in_archive(tmp_path / "cut.zip")
    hurt = bytearray(whole)
    hurt[len(sound) // 4] ^= 0xFF
    (tmp_path / "hurt.zip").write_bytes(hurt)
    with pytest.raises(UnreadableImageError, match="cannot be unpacked"):
        content.read_bytes(tmp_path / "hurt.zip" / "a.dcm")
    locked = bytearray(whole)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + at] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    with pytest.raises(UnsupportedImageError, match=r"locked with a password in locked\.zip"):
        content.read_bytes(tmp_path / "locked.zip" / "a.dcm")
    (tmp_path / "cut.dcm.gz").write_bytes(gzip.compress(sound)[:-900])
    with pytest.raises(UnreadableImageError, match="cannot be unpacked"):
        read_mammogram(tmp_path / "cut.dcm.gz")


MASK = np.zeros((96, 72), np.uint8)
MASK[10:20, 5:9], MASK[40:42, 60:70] = 1, 2


@pytest.mark.parametrize("code", ["LPS", "RAS", "LAS", "PLS", "RPI"])
def test_a_nifti_mask_lies_on_its_image(tmp_path: Path, code: str) -> None:
    path = tmp_path / "p_mask.nii.gz"
    sitk.WriteImage(sitk.DICOMOrient(itk_picture(MASK), code), str(path))
    assert np.array_equal(read_mask_file(path).mask, MASK > 0)
    assert np.array_equal(read_mask_file(path, segment=2).mask, MASK == 2)
    assert np.array_equal(read_label_file(path).labels, MASK)


def test_a_nifti_of_few_values_is_a_mask_and_no_mammogram(tmp_path: Path) -> None:
    for name, values in (("mask", MASK), ("image", breast(8))):
        sitk.WriteImage(itk_picture(values), str(tmp_path / f"{name}.nii.gz"))
    (only,) = find_exams(tmp_path).exams
    assert [header.name for header in only.headers] == ["image.nii.gz"]
    assert [is_label_file(tmp_path / f"{name}.nii.gz") for name in ("mask", "image")] == [True, False]


def test_float_and_pgm_masks_are_masks(tmp_path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image((MASK > 0).T.astype(np.float32), np.eye(4)), tmp_path / "m.nii")
    assert np.array_equal(read_mask_file(tmp_path / "m.nii").mask, MASK > 0)
    (tmp_path / "m.pgm").write_bytes(pgm((MASK > 0) * 255, 255))
    assert np.array_equal(read_mask_file(tmp_path / "m.pgm").mask, MASK > 0)
    volume = np.zeros((72, 96, 3), np.uint8)
    nibabel.save(nibabel.Nifti1Image(volume, np.eye(4)), tmp_path / "v.nii")
    with pytest.raises(UnsupportedImageError, match="volume of 72 x 96 x 3"):
        read_mask_file(tmp_path / "v.nii")


def test_an_archive_in_an_archive_is_named_and_not_opened(tmp_path: Path, sound: bytes) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as opened:
        opened.writestr("a.dcm", sound)
    archive = zipped(tmp_path / "outer.zip", {"inner.zip": inner.getvalue()})
    with pytest.raises(KindNotReadError, match="ZIP archive"):
        read_header(archive / "inner.zip")


def test_damaged_archives_end_in_clear_sentences(tmp_path: Path, sound: bytes) -> None:
    whole = zipped(
        tmp_path / "m.zip", {"x/a.dcm": sound, "b.csv": b"1,2", "c.dcm.gz": gzip.compress(sound[:3000])}
    ).read_bytes()
    rng = random.Random(5)
    for number in range(120):
        # The list of the files is at the end.
        head, tail = (whole[:-400], whole[-400:]) if number % 2 else (b"", whole)
        (tmp_path / "m.zip").write_bytes(head + mutated(tail, rng))
        listing = find_exams(tmp_path)
        assert listing.exams or listing.unused
        for file in listing.unused:
            assert file.text.startswith(f"{file.path.name}: ")
            assert "\n" not in file.text


def test_a_header_that_is_mended_is_read_without_a_word_on_stderr(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(nibabel.Nifti1Image(breast(8).T[..., None].astype(np.int16), np.eye(4)).to_bytes())
    data[252:254] = (512).to_bytes(2, "little")  # qform_code, of which there is no such
    path = tmp_path / "x_LCC.nii"
    path.write_bytes(bytes(data))
    assert read_mammogram(path).pixels.size == breast(8).size
    assert capfd.readouterr().err == ""
