"""Of many cases of one story some are tried with the other Qt as well: what differs is not in each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest


def cases(every: Iterable[Any], *, with_pyside6: Collection[Any]) -> list[Any]:
    """All cases, for `pytest.mark.parametrize`; those that are named run with PySide6 as well."""
    every = list(every)
    assert set(with_pyside6) <= set(every), "a case that is named is there"
    return [pytest.param(one, marks=pytest.mark.pyside6) if one in with_pyside6 else one for one in every]
