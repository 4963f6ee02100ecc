"""``python -m benchmarks.receiver_soak``: an hour's worth of exams in minutes, from several senders at once.

`bac receive` runs as a program of its own. After each exam its memory, its open files and its threads are
noted; at the end stands how they were in the first and in the last quarter. Linux only.
"""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pydicom
from pydicom.uid import generate_uid

from benchmarks.image import make_mammogram, write_dicom
from shared_core.pacs.call import Caller
from shared_core.pacs.dicom_node import Node
from shared_core.pacs.receiver import Receiver
from shared_core.pacs.sender import send_files
from shared_core.pacs.storage_scp import Door

VIEWS = (("L", "CC"), ("L", "MLO"), ("R", "CC"), ("R", "MLO"))
SHAPE = 640, 480
START_S = 600.0


@dataclass(frozen=True)
class Sample:
    """Of the receiver, at one time."""

    resident_mb: float
    files: int
    threads: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Send, note, and print a table; 0 where every image was taken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exams", type=int, default=60)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--images-only", action="store_true", help="receive, and analyse nothing")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.serve:
        return _serve(args.serve)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        views = _views(folder)
        with _receiving(folder, images_only=args.images_only) as (process, node, log):
            began = time.monotonic()
            samples = _send_all(process, node, folder, views, exams=args.exams, senders=args.senders)
            while not all_analysed(log.read_text(), args.exams, running=process.poll() is None):
                time.sleep(0.5)
                samples.append(_sample(process.pid))
            seconds = time.monotonic() - began
        print(_table(samples, exams=args.exams, senders=args.senders, seconds=seconds))
    return 0


def all_analysed(said: str, exams: int, *, running: bool) -> bool:
    """Whether so many exams are analysed, as the receiver said; ends the program where they never will be."""
    if "cannot be analysed" in said or not running:
        raise SystemExit(f"the receiver does not analyse all exams: {said[-1500:]}")
    return said.count(": analysed, ") >= exams


def _views(folder: Path) -> list[pydicom.Dataset]:
    pixels = make_mammogram(SHAPE)
    write_dicom(folder / "view.dcm", pixels)
    found: list[pydicom.Dataset] = []
    for side, view in VIEWS:
        dataset = pydicom.dcmread(folder / "view.dcm")
        dataset.ImageLaterality, dataset.ViewPosition = side, view
        found.append(dataset)
    return found


def _send_all(
    process: subprocess.Popen[bytes],
    node: Node,
    folder: Path,
    views: list[pydicom.Dataset],
    *,
    exams: int,
    senders: int,
) -> list[Sample]:
    """Each sender an exam after the other, all at once; what the receiver was like after each."""
    lock = threading.Lock()

    def send(number: int) -> Sample:
        with lock:  # the views are changed for each exam
            files = _exam(folder, views, number)
        outcomes = send_files(files, node, caller=Caller("SOAK", wait_s=300))
        refused = [outcome.reason for outcome in outcomes if outcome.fate != "sent"]
        if refused:
            raise SystemExit(f"an image was not taken: {refused[0]}")
        for file in files:
            file.unlink()
        return _sample(process.pid)

    with ThreadPoolExecutor(senders) as crowd:
        return list(crowd.map(send, range(exams)))


def _exam(folder: Path, views: list[pydicom.Dataset], number: int) -> list[Path]:
    study = generate_uid()
    files = []
    for place, dataset in enumerate(views):
        dataset.PatientID, dataset.StudyInstanceUID = f"SOAK{number}", study
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        files.append(folder / f"{number}-{place}.dcm")
        dataset.save_as(files[-1])
    return files


@contextmanager
def _receiving(folder: Path, *, images_only: bool) -> Iterator[tuple[subprocess.Popen[bytes], Node, Path]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        node = Node("127.0.0.1", free.getsockname()[1], "OPENBAC")
    inbox, log = folder / "inbox", folder / "receive.log"
    if images_only:
        command = ["-m", "benchmarks.receiver_soak", "--serve", f"{node.port}:{inbox}"]
    else:
        command = ["-m", "shared_core", "receive", "--port", str(node.port), "--folder", str(inbox)]
        command += ["--allow", "SOAK"]
    with log.open("wb") as said:
        process = subprocess.Popen([sys.executable, *command], stdout=said, stderr=said)
    try:
        until = time.monotonic() + START_S
        while "receives at" not in log.read_text():
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"the receiver does not start: {log.read_text()}")
            time.sleep(0.1)
        yield process, node, log
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=START_S)
    finally:
        process.kill()


def _serve(where: str) -> int:
    """A receiver that analyses nothing, as a program of its own."""
    port, _, folder = where.partition(":")
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    receiver = Receiver(
        Door(int(port), ("SOAK",)),
        Path(folder),
        analyse=lambda _exam, _cancelled: [],
        tell=lambda said: print(said, flush=True),
    )
    receiver.run(stop)
    return 0


def _sample(pid: int) -> Sample:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    status = dict(line.split(":", 1) for line in lines if ":" in line)
    return Sample(
        int(status["VmRSS"].split()[0]) / 1024,
        sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        int(status["Threads"]),
    )


def _table(samples: list[Sample], *, exams: int, senders: int, seconds: float) -> str:
    quarter = max(len(samples) // 4, 1)
    rows = [f"{exams} exams of 4 views from {senders} senders at once in {seconds:.0f} s\n"]
    rows += ["| | first quarter | last quarter | most |", "|---|---|---|---|"]
    for name, values in (
        ("memory, MB", [one.resident_mb for one in samples]),
        ("open files", [float(one.files) for one in samples]),
        ("threads", [float(one.threads) for one in samples]),
    ):
        first, last = median(values[:quarter]), median(values[-quarter:])
        rows.append(f"| {name} | {first:.0f} | {last:.0f} | {max(values):.0f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
