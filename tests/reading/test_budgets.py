"""Files that unpack to gigabytes, or have millions of elements, take neither memory nor time."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pydicom
import pytest
import tifffile
from pydicom.uid import DeflatedExplicitVRLittleEndian

from shared_core.errors import OpenBacError
from shared_core.reading.reader import read_header, read_mammogram
from tests.reading import synthetic

MOST_MB = 2048
LIMITED = (
    "import re, resource, sys\n"
    "from pathlib import Path\n"
    f"resource.setrlimit(resource.RLIMIT_AS, ({4 * MOST_MB} << 20,) * 2)\n"
    "from shared_core.errors import OpenBacError\n"
    "from shared_core.reading.reader import read_mammogram\n"
    "try:\n"
    "    read_mammogram(sys.argv[1])\n"
    "except OpenBacError as error:\n"
    "    print(error)\n"
    # Of this program alone: ru_maxrss begins with what the process had that started it.
    "peak = re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())\n"
    "print('peak', int(peak[1]) >> 10)\n"
)


def in_own_process(path: Path) -> str:
    """What is said of a file, by a process that may not have more memory than was promised."""
    if not Path("/proc/self/status").exists():
        pytest.skip("counts memory by /proc")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        check=True,
    )
    *said, peak = done.stdout.splitlines()
    assert int(peak.split()[1]) < MOST_MB
    return "\n".join(said)


def dicom_bytes(syntax: str | None = None) -> tuple[bytes, int]:
    """A sound file, and where its data set begins."""
    dataset = synthetic.dataset(synthetic.breast())
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    content = buffer.getvalue()
    begin = 132 + 12 + struct.unpack_from("<I", content, 140)[0]
    if syntax is not None:
        dataset.file_meta.TransferSyntaxUID = syntax
        head = io.BytesIO()
        pydicom.filewriter.write_file_meta_info(head, dataset.file_meta, enforce_standard=True)
        content = content[:132] + head.getvalue() + content[begin:]
        begin = 132 + len(head.getvalue())
    return content, begin


def deflated(path: Path, more: bytes = b"", repeat: int = 0) -> Path:
    content, begin = dicom_bytes(DeflatedExplicitVRLittleEndian)
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(content[begin:] + more)
    block = b"\0" * (1 << 20)
    for _ in range(repeat):
        packed += packer.compress(block)
    path.write_bytes(content[:begin] + packed + packer.flush())
    return path


def test_deflated_file_is_read(tmp_path: Path) -> None:
    plain = tmp_path / "plain.dcm"
    plain.write_bytes(dicom_bytes()[0])
    packed = deflated(tmp_path / "packed.dcm")
    assert np.array_equal(read_mammogram(packed).pixels, read_mammogram(plain).pixels)
    assert read_header(packed).transfer_syntax == DeflatedExplicitVRLittleEndian


def test_deflated_file_of_gigabytes_is_refused(tmp_path: Path) -> None:
    head = struct.pack("<HH2sHI", 0x7FE1, 0x0010, b"OB", 0, 600 << 20)
    path = deflated(tmp_path / "bomb.dcm", head, repeat=600)
    assert path.stat().st_size < 8 << 20
    assert "unpacks to more than" in in_own_process(path)


def test_millions_of_elements_are_refused(tmp_path: Path) -> None:
    content, begin = dicom_bytes()
    group = np.arange(600_000, dtype="<u4")
    elements = np.zeros((len(group), 4), "<u2")
    elements[:, 0], elements[:, 1] = 0x0009 + 2 * (group >> 16), group & 0xFFFF
    elements[:, 2] = struct.unpack("<H", b"LO")[0]
    path = tmp_path / "many.dcm"
    path.write_bytes(content[:begin] + elements.tobytes() + content[begin:])
    assert "more elements than any mammogram" in in_own_process(path)


def test_sequence_of_millions_of_items_is_refused(tmp_path: Path) -> None:
    content, begin = dicom_bytes()
    items = struct.pack("<HHI", 0xFFFE, 0xE000, 0) * 1_000_000
    sequence = struct.pack("<HH2sHI", 0x0008, 0x1110, b"SQ", 0, len(items)) + items
    path = tmp_path / "items.dcm"
    path.write_bytes(content[:begin] + sequence + content[begin:])
    assert "a sequence in it is larger" in in_own_process(path)


def test_zlib_tiff_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tif"
    tifffile.imwrite(path, synthetic.breast().astype(np.uint16), compression="zlib")
    assert read_mammogram(path).pixels.any()
    content = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as tiff:
        page = tiff.pages[0]
        tag_of_offset, tag_of_count = page.tags["StripOffsets"], page.tags["StripByteCounts"]
        assert len(page.dataoffsets) == 1
    packer = zlib.compressobj(1)
    bomb = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(400)) + packer.flush()
    struct.pack_into("<I", content, tag_of_offset.valueoffset, len(content))
    struct.pack_into("<I", content, tag_of_count.valueoffset, len(bomb))
    path.write_bytes(bytes(content) + bomb)
    assert "unpacks to more than its pixels" in in_own_process(path)


def test_colour_png_of_120_megapixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    rows, columns = 10_000, 12_000

    def chunk(kind: bytes, inside: bytes) -> bytes:
        return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))

    packer = zlib.compressobj(1)
    line = b"\0" * (1 + 6 * columns)
    packed = b"".join(packer.compress(line) for _ in range(rows)) + packer.flush()
    path = tmp_path / "large.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 16, 2, 0, 0, 0))
        + chunk(b"IDAT", packed)
        + chunk(b"IEND", b"")
    )
    resource = pytest.importorskip("resource", reason="Windows has no such limits and counts")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(OpenBacError, match="megapixels, which is not read"):
        read_header(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 << 10


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_pipe_that_is_named_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.dcm")
    with pytest.raises(OpenBacError, match="no file but a device or a pipe"):
        read_header(tmp_path / "pipe.dcm")
