"""Downloading weights: resumable, checked, and clear about what to do by hand when offline."""

from __future__ import annotations

import http.client
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared_core.errors import Cancelled, ModelError, OutputError
from shared_core.weights.card import ModelCard
from shared_core.weights.location import (
    find_bundled,
    find_weights,
    find_weights_in,
    sha256_of,
    weights_cache_dir,
)

Progress = Callable[[int, int], None]
"""Called with (bytes here, bytes in all)."""
Cancel = Callable[[], bool]
"""Asked between blocks; True stops the download."""

_BLOCK_BYTES = 1 << 16
_TIMEOUT_S = 30.0
_MAX_CONNECTIONS = 5
_LOCK_POLL_S = 0.1


@dataclass(frozen=True)
class _Caller:
    """Whom to tell, whom to ask, and how long to wait for an answer."""

    progress: Progress | None
    cancel: Cancel | None
    patience_s: float


class _Interrupted(Exception):
    """The transfer stopped early; the message is the reason."""


def require_weights(
    card: ModelCard,
    *,
    weights_dir: Path | None = None,
    download: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Return the weights of a model, downloading them where they are not here.

    Raises
    ------
    ModelError
        They are not here and cannot or (`download` False) must not be downloaded, or their sha256 is wrong.
    OutputError
        They cannot be written.
    """
    found = find_weights(card, weights_dir=weights_dir)
    if found is not None:
        return found
    if download:
        return fetch_weights(card, weights_dir=weights_dir, progress=progress)
    raise ModelError(
        f"The weights of model {card.name} are not on this machine: {_by_hand(card, weights_dir)}."
    )


def fetch_weights(
    card: ModelCard,
    *,
    weights_dir: Path | None = None,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    patience_s: float = _TIMEOUT_S,
) -> Path:
    """Download the weights of a model from the address on its card, unless they are here.

    A broken transfer goes on where it stopped (HTTP Range, RFC 9110 section 14), in this call and
    in later ones: what has arrived lies in ``<file>.part``. The file takes its name only once its
    sha256 is the card's.

    Parameters
    ----------
    weights_dir
        Where to put the file, made if need be; None for the user's cache. Where None, weights
        that `find_weights` finds are returned without a download.
    patience_s
        How long to wait for the server to answer, in all: name, connection and first line.

    Raises
    ------
    ModelError
        No connection, no such address, or other content than the card promises.
    OutputError
        The file cannot be written.
    Cancelled
        `cancel` returned True; the next call resumes.
    """
    here = find_weights(card) if weights_dir is None else _here(weights_dir, card)
    if here is not None:
        return here
    if not card.url:
        raise ModelError(f"Model {card.name} has no download address: {_by_hand(card, weights_dir)}.")
    folder = weights_cache_dir() if weights_dir is None else weights_dir
    caller = _Caller(progress, cancel, patience_s)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone_in(folder, cancel):
            # Another process may have brought the file while this one waited.
            return find_weights_in(folder, card) or _download(card, folder, caller)
    except OSError as error:
        raise OutputError(
            f"The weights of model {card.name} cannot be written to {folder}: {error.strerror}; "
            "choose a folder with --weights DIR."
        ) from None


@contextmanager
def _alone_in(folder: Path, cancel: Cancel | None) -> Iterator[None]:
    """Wait until no other process downloads into `folder`, where the system can lock a folder."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _raise_if(cancel, "The download was stopped while another process was downloading.")
                time.sleep(_LOCK_POLL_S)
            except OSError:
                break  # some network file systems lock nothing
            else:
                break
        yield
    finally:
        os.close(descriptor)


def _raise_if(cancel: Cancel | None, message: str) -> None:
    if cancel is not None and cancel():
        raise Cancelled(message)


def _here(folder: Path, card: ModelCard) -> Path | None:
    return find_weights_in(folder, card) or find_bundled(card)


def _download(card: ModelCard, folder: Path, caller: _Caller) -> Path:
    part = folder / f"{card.weights_file}.part"
    resumed = part.exists()
    _transfer(card, part, caller)
    if resumed and sha256_of(part) != card.sha256:
        # What lay there may have been the beginning of another file: once more from zero.
        part.unlink()
        _transfer(card, part, caller)
    found = sha256_of(part)
    if found != card.sha256:
        part.unlink()
        raise ModelError(
            f"{card.url} does not hold the weights of model {card.name}: "
            f"sha256 is {found}, expected {card.sha256}."
        )
    return part.replace(folder / card.weights_file)


def _transfer(card: ModelCard, part: Path, caller: _Caller) -> None:
    """Fill `part` to the card's size; connect again as long as each connection brings more."""
    here = part.stat().st_size if part.exists() else 0
    if here > card.size_bytes:
        part.unlink()
        here = 0
    reason = ""
    for _ in range(_MAX_CONNECTIONS):
        before = here
        try:
            here = _receive(card, part, here, caller)
        except _Interrupted as error:
            reason = str(error)
            here = part.stat().st_size if part.exists() else 0
        if here >= card.size_bytes:
            return
        if here <= before:
            break
    if here:
        reason = (
            f"{reason or 'the connection broke'} after {here} of {card.size_bytes} bytes; try again to resume"
        )
    raise ModelError(
        f"The weights of model {card.name} cannot be downloaded ({reason}): {_by_hand(card, part.parent)}."
    )


def _receive(card: ModelCard, part: Path, start: int, caller: _Caller) -> int:
    """Append to `part` from byte `start` what one connection brings; return the bytes that are here."""
    here = start
    if here == card.size_bytes:
        return here
    with _connect(card, here, caller.patience_s) as response:
        if response.status != 206:
            here = 0
        announced = response.headers.get("Content-Length")
        if announced is not None and announced.isdigit() and here + int(announced) != card.size_bytes:
            raise ModelError(
                f"{card.url} does not hold the weights of model {card.name}: "
                f"it has {here + int(announced)} bytes, expected {card.size_bytes}."
            )
        with part.open("ab" if here else "wb") as stream:
            while block := _read_block(response, card.size_bytes - here):
                stream.write(block)
                here += len(block)
                if caller.progress is not None:
                    caller.progress(here, card.size_bytes)
                _raise_if(
                    caller.cancel, f"The download of {card.weights_file} was stopped; it resumes next time."
                )
    return here


def _connect(card: ModelCard, start: int, patience_s: float) -> http.client.HTTPResponse:
    headers = {"User-Agent": "openbac", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    try:
        response = _answer(urllib.request.Request(card.url, headers=headers), patience_s)
    except urllib.error.HTTPError as error:
        error.close()
        raise _Interrupted(f"the server answers {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _Interrupted(
            f"no connection: {getattr(error.reason, 'strerror', None) or error.reason}"
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _Interrupted(f"no connection: {error}") from None
    if response.status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        response.close()
        raise _Interrupted("the server sent another part of the file than asked for")
    return response


def _answer(request: urllib.request.Request, patience_s: float) -> http.client.HTTPResponse:
    """Open an address within `patience_s`, or raise.

    In a thread that is left behind where it takes longer: a socket's timeout holds for each address of a
    host anew, and looking up the host's name knows none.
    """
    answers: queue.SimpleQueue[http.client.HTTPResponse | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(urllib.request.urlopen(request, timeout=_TIMEOUT_S))
        except Exception as error:  # whatever it is, it is raised again below
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=patience_s)
    except queue.Empty:
        raise TimeoutError(f"no answer within {patience_s:g} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _read_block(response: http.client.HTTPResponse, missing: int) -> bytes:
    try:
        return response.read(min(_BLOCK_BYTES, missing)) if missing > 0 else b""
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(f"the connection broke: {error}") from None


def _by_hand(card: ModelCard, weights_dir: Path | None) -> str:
    folder = weights_cache_dir() if weights_dir is None else weights_dir
    what = f"download {card.url}" if card.url else f"get {card.weights_file} from whoever made the card"
    return f"{what} and put it into {folder}, or name its folder with --weights DIR"
