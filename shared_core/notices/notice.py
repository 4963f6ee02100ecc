"""One thing to tell, and the kinds of such things."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from shared_core.notices.remedy import Remedy


class Severity(str, Enum):
    """How much a notice matters for the numbers beside it."""

    INFO = "info"
    """Worth knowing; the numbers are what they should be."""
    WARNING = "warning"
    """The numbers may be wrong, or some are missing."""
    ERROR = "error"
    """Something that was asked for was not done."""


@dataclass(frozen=True)
class Notice:
    """What the engine tells a person about a view, an exam or a run."""

    code: str
    """Of its kind; by it tables are filtered and programs decide."""
    severity: Severity
    text: str
    """One sentence for people, without the words of any host."""
    remedy: Remedy | None = None

    def about(self, subject: str) -> Notice:
        """The same, of one of several: ``2019-03-01: RMLO is missing.``."""
        return replace(self, text=f"{subject}: {self.text}")


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice; all of them stand in `shared_core.notices.catalogue`."""

    code: str
    """Stable: it stands in JSON and CSV files."""
    severity: Severity
    text: str
    """One sentence with named fields in braces."""
    remedy: Remedy | None = None

    def notice(self, **fields: object) -> Notice:
        """A notice of this kind.

        Parameters
        ----------
        **fields
            Those of `text`, as they are to be read.

        Raises
        ------
        KeyError
            If one is missing.
        """
        return Notice(self.code, self.severity, self.text.format(**fields), self.remedy)


def info(code: str, text: str, remedy: Remedy | None = None) -> NoticeKind:
    """A kind of notices with which the numbers are what they should be."""
    return NoticeKind(code, Severity.INFO, text, remedy)


def warning(code: str, text: str, remedy: Remedy | None = None) -> NoticeKind:
    """A kind of notices with which numbers may be wrong, or some are missing."""
    return NoticeKind(code, Severity.WARNING, text, remedy)
