"""The secret by which pseudonyms, dates and UIDs are replaced: the same each time, and by nobody else."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import platformdirs
from filelock import FileLock

from shared_core.errors import OutputError, UnreadableImageError
from shared_core.notices import Remedy

_BYTES: Final = 32
_MOST_DAYS: Final = 3650
"""Dates move back by up to ten years."""


@dataclass(frozen=True)
class DeidentificationKey:
    """What replaces each identifier. Who has the key and a list of patients can undo it."""

    secret: bytes = field(repr=False)

    def pseudonym(self, patient: str) -> str:
        """The new Patient ID of a patient."""
        return f"ANON-{self._digest('patient', patient).hex()[:12].upper()}"

    def uid(self, uid: str) -> str:
        """The new UID for a UID, under the root 2.25 (PS3.5 B.2)."""
        return f"2.25.{int.from_bytes(self._digest('uid', uid)[:16], 'big')}"

    def days(self, patient: str) -> int:
        """Days by which all dates of a patient are moved back, at least one."""
        return 1 + int.from_bytes(self._digest("days", patient)[:8], "big") % _MOST_DAYS

    def moved(self, date: str, patient: str) -> str:
        """A date as YYYYMMDD moved back, whatever follows the eight digits kept; empty where it is none."""
        try:
            then = datetime.strptime(date[:8], "%Y%m%d") - timedelta(days=self.days(patient))
        except (ValueError, OverflowError):
            return ""
        return f"{then.year:04d}{then:%m%d}{date[8:]}"

    def _digest(self, what: str, text: str) -> bytes:
        return hmac.new(self.secret, f"{what}/{text}".encode("utf-8", "surrogateescape"), "sha256").digest()


def usual_key_path() -> Path:
    """Where the key of this person lies."""
    return platformdirs.user_config_path("openbac") / "deidentification.key"


def load_key(path: Path | None = None) -> DeidentificationKey:
    """Read the key; make it at the first use.

    Parameters
    ----------
    path
        None for `usual_key_path`.

    Raises
    ------
    OutputError
        It is not there and cannot be made.
    UnreadableImageError
        It cannot be read, or is no key.
    """
    place = path or usual_key_path()
    try:
        if not place.exists():
            _make(place)
        text = place.read_text(encoding="ascii").strip()
        secret = bytes.fromhex(text)
    except OSError as error:
        kind = UnreadableImageError if place.exists() else OutputError
        raise kind(f"Key {place}: {error.strerror or error}.", Remedy.NAME_KEY) from error
    except ValueError:
        secret = b""
    if len(secret) < _BYTES:
        raise UnreadableImageError(
            f"Key {place}: is no key of OpenBAC ({2 * _BYTES} hexadecimal digits); name another file, which "
            "is made if it is not there."
        )
    return DeidentificationKey(hashlib.sha256(secret).digest())


def _make(place: Path) -> None:
    """Beside it first, so that two processes never have two keys; readable by its owner alone."""
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{secrets.token_hex(8)}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, place)
        except FileExistsError:
            return
        except (
            OSError
        ):  # a disk without hard links, where a renamed file may replace the key of another process
            with FileLock(place.with_name(f".{place.name}.lock")):
                if not place.exists():
                    beside.rename(place)
    finally:
        beside.unlink(missing_ok=True)
