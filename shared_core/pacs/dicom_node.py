"""A DICOM node: where it is, how it is called, and whether the way there is encrypted."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from shared_core.notices import Remedy

OWN_TITLE: Final = "OPENBAC"
"""How we call ourselves where nobody says otherwise."""
_TITLE: Final = re.compile(r"[ !-\[\]-~]{1,16}")


@dataclass(frozen=True)
class Node:
    """A peer that objects are sent to."""

    host: str
    port: int
    ae_title: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}:{self.ae_title}"


@dataclass(frozen=True)
class Tls:
    """Encryption (PS3.15 annex B): our certificate, and whose certificates we trust."""

    authorities: Path | None = None
    """Certificates (PEM) of those whose word we take; None for those of this machine."""
    certificate: Path | None = None
    key: Path | None = None

    def client(self) -> ssl.SSLContext:
        """To send: the peer must be who it says."""
        return self._context(ssl.Purpose.SERVER_AUTH)

    def server(self) -> ssl.SSLContext:
        """To receive; with `authorities`, peers must show a certificate of theirs.

        Raises
        ------
        UsageError
            There is no certificate of our own, or a file is none.
        """
        if self.certificate is None:
            raise UsageError("A receiver with TLS needs a certificate.", Remedy.NAME_CERTIFICATE)
        context = self._context(ssl.Purpose.CLIENT_AUTH)
        if self.authorities is not None:
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _context(self, purpose: ssl.Purpose) -> ssl.SSLContext:
        named: tuple[Path | None, ...] = (self.authorities,)
        try:
            context = ssl.create_default_context(
                purpose, cafile=str(self.authorities) if self.authorities is not None else None
            )
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            if self.certificate is not None:
                named = (self.certificate, self.key)
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ssl.SSLError) as error:
            files = ", ".join(str(path) for path in named if path is not None)
            raise UsageError(
                f"{files}: cannot be used for TLS ({error.strerror or error}); name PEM files."
            ) from error
        return context


def node_of(text: str) -> Node:
    """``HOST:PORT:AE_TITLE``; an IPv6 address stands in square brackets.

    Raises
    ------
    UsageError
        It is not written so.
    """
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\s\[\]/]+):(\d{1,5}):(.+)", text)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise UsageError(
            f"{text!r} is no DICOM node; write HOST:PORT:AE_TITLE, as in pacs.example:104:ARCHIVE."
        )
    return Node(match[1].strip("[]"), int(match[2]), ae_title_of(match[3]))


def ae_title_of(text: str) -> str:
    """An AE title (PS3.5 6.2): 1 to 16 letters without backslash, and not spaces alone.

    Raises
    ------
    UsageError
        It is none.
    """
    if not _TITLE.fullmatch(text) or not text.strip():
        raise UsageError(
            f"{text!r} is no AE title; it has 1 to 16 letters, digits or signs of ASCII, and no backslash."
        )
    return text.strip()
