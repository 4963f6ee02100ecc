"""Texts that describe training data, like ``simulated:patients=40,seed=1``, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared_core.errors import UsageError
from shared_core.training.data.patient_rule import PatientRule, patient_rule

LABELS: Final = "labels"
"""Kind of data whose labels are of whole images."""


@dataclass(frozen=True)
class SpecOptions:
    """``name=value`` pairs of one text, each asked for once."""

    spec: str
    values: dict[str, str]
    problems: list[str]
    """Gets a sentence about each image and mask without partner."""

    @classmethod
    def of(cls, spec: str, rest: str, problems: list[str]) -> SpecOptions:
        """Take apart what stands behind the kind; a `UsageError` where it is no list of names and values."""
        parts = [part for part in rest.split(",") if part]
        values: dict[str, str] = {}
        # The first part without a name is the path.
        if parts and "=" not in parts[0]:
            values[""] = parts.pop(0)
        for part in parts:
            name, equals, value = part.partition("=")
            if not equals or name in values:
                raise UsageError(
                    f"Training data {spec}: {part!r} must be a name and a value, like seed=1, given once."
                )
            values[name] = value
        return cls(spec, values, problems)

    def require_all_used(self, kind: str) -> None:
        """A `UsageError` where something was given that nobody asked for."""
        if self.values:
            left = next(iter(self.values)) or self.values[""]
            raise UsageError(f"Training data {self.spec}: {kind} knows no {left!r}.")

    def text(self, name: str, default: str = "") -> str:
        """A text as it stands."""
        return self.values.pop(name, default)

    def whole(self, name: str, default: int) -> int:
        """A whole number from 0 on."""
        value = self.text(name, str(default))
        if not value.isdecimal():
            raise UsageError(
                f"Training data {self.spec}: {name} must be a whole number from 0 on, not {value!r}."
            )
        return int(value)

    def number(self, name: str, default: float | None = None) -> float | None:
        """A number."""
        value = self.text(name)
        try:
            return float(value) if value else default
        except ValueError:
            raise UsageError(f"Training data {self.spec}: {name} must be a number, not {value!r}.") from None

    def patient(self) -> PatientRule | None:
        """Whose images are, where it is stated."""
        text = self.text("patient")
        return patient_rule(text) if text else None

    def folder(self, name: str = "") -> Path:
        """A folder that is there."""
        path = Path(self.text(name))
        if not path.is_dir():
            raise UsageError(f"Training data {self.spec}: {path} is not a folder; check the path.")
        return path
