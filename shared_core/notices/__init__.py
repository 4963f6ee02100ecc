"""What the engine has to tell a person: a code, a severity, one sentence, and a remedy that hosts word."""

from __future__ import annotations

from shared_core.notices.notice import Notice as Notice, NoticeKind as NoticeKind, Severity as Severity
from shared_core.notices.remedy import Remedy as Remedy

__all__ = ["Notice", "NoticeKind", "Remedy", "Severity"]
