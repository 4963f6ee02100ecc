"""Where validators of DICOM objects are missing, tests are left out: never unseen in CI."""

from __future__ import annotations

import os

import pytest

from tests.host.validators import missing_validators


def test_dicom_objects_can_be_validated() -> None:
    missing = missing_validators()
    if missing and not os.environ.get("CI"):
        pytest.skip(missing)
    assert missing == ""
