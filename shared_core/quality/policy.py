"""What happens to a picture that is unfit to be measured."""

from __future__ import annotations

from typing import Literal

from shared_core.errors import QualityError
from shared_core.notices import Notice
from shared_core.notices.notice import Severity

QualityPolicy = Literal["warn", "exclude", "off"]
"""It is told, it is not analysed, or nobody looks."""


def refuse_doubtful(name: str, notices: tuple[Notice, ...]) -> None:
    """Stop where a picture is to be left out for its quality.

    Raises
    ------
    QualityError
        If any of the notices is a warning.
    """
    doubts = [notice.text for notice in notices if notice.severity is Severity.WARNING]
    if doubts:
        raise QualityError(f"{name}: left out for its quality. {' '.join(doubts)}")
