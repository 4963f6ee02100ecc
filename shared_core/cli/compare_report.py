"""The report of ``bac compare``: what all kinds of comparison share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from shared_core.cli.compare_found import found_record
from shared_core.cli.screen import escape, number, table_of
from shared_core.errors import UsageError
from shared_core.exporting.atomic_write import write_bytes
from shared_core.pictures.plots import bland_altman_plot, regression_plot
from shared_core.records.canonical_json import json_bytes, plain
from shared_core.records.cells import csv_bytes
from shared_core.statistics.catalogue import Found
from shared_core.statistics.comparison import QuantityAgreement, quantity_agreement

Values = NDArray[np.float64]
_NAMED = 5
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_Item = TypeVar("_Item")


@dataclass(frozen=True, eq=False)
class Finding:
    """Agreement of one quantity, and the pairs it comes from."""

    agreement: QuantityAgreement
    a: Values
    b: Values
    names: tuple[str, str] | None = None
    """Of the columns where they are different ones, which may have other units; None where they are one."""


@dataclass(frozen=True, eq=False)
class Report:
    """What is printed and written."""

    kind: str
    document: Mapping[str, Any]
    findings: tuple[Finding, ...]
    rows: tuple[Mapping[str, Any], ...]
    """Case by case."""
    tables: tuple[Table, ...]
    warnings: tuple[str, ...] = ()
    pictures: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    """File name to what draws it."""
    found: tuple[Found, ...] = ()
    """For ``statistics.csv``."""


def quantity_finding(name: str, a: Values, b: Values, *, names: tuple[str, str] | None = None) -> Finding:
    """Agreement of A with the reference B."""
    return Finding(quantity_agreement(name, a, b), a, b, names)


def matched(
    a: Mapping[str, _Item], b: Mapping[str, _Item], *, common: bool, what: str
) -> tuple[dict[str, tuple[_Item, _Item]], list[str]]:
    """Pairs of equal names, in order, and warnings about the others.

    Raises
    ------
    UsageError
        If a name is on one side only and `common` is false, or there is no pair.
    """
    only_a, only_b = [name for name in a if name not in b], [name for name in b if name not in a]
    said = "; ".join(
        f"only in {side}: {_listed(names)}" for side, names in (("A", only_a), ("B", only_b)) if names
    )
    pairs = {name: (a[name], b[name]) for name in sorted(a) if name in b}
    if not pairs:
        raise UsageError(f"No {what} of A and B have the same name ({said}).")
    if said and not common:
        raise UsageError(f"The {what} of A and B differ ({said}); add --common to compare those in both.")
    return pairs, [f"{what} left out, {said}."] if said else []


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def agreement_tables(findings: Sequence[Finding]) -> tuple[Table, ...]:
    """Agreement of quantities for the screen, and the lines of A on B; nothing without quantities."""
    if not findings:
        return ()
    columns = (
        *("n", "mean A", "mean B", r"bias \[limits of agreement]", "RMSE", "ICC(2,1) [95 % CI]"),
        "paired t P",
    )
    table = table_of(["Quantity"], columns, title="A against B")
    lines = table_of(
        ["Quantity"], ["slope ± SE", "intercept", "R²", "SEE", "Spearman"], title="Line of A on B"
    )
    for finding in findings:
        one = finding.agreement
        limits, single, line = one.bland_altman, one.icc_agreement, one.regression
        name = escape(one.name)
        table.add_row(
            name,
            str(one.n),
            f"{one.mean_a:.4g}",
            f"{one.mean_b:.4g}",
            f"{limits.bias:+.3g} [{limits.lower:.3g}, {limits.upper:.3g}]",
            f"{one.rmse:.3g}",
            f"{number(single.icc)} [{number(single.limits[0])}, {number(single.limits[1])}]",
            f"{one.paired_t.p:.3g}" if np.isfinite(one.paired_t.p) else "-",
        )
        lines.add_row(
            name,
            f"{line.slope:.3g} ± {line.slope_se:.2g}" if line is not None else "-",
            f"{line.intercept:.3g}" if line is not None else "-",
            number(line.r_squared) if line is not None else "-",
            f"{line.see:.3g}" if line is not None else "-",
            f"{one.spearman.r:.2f} {one.spearman.words}" if one.spearman is not None else "-",
        )
    return table, lines


def document(report: Report, files: Sequence[Path]) -> dict[str, Any]:
    """The report as JSON has it."""
    return {
        **dict(zip(_LETTERS, map(str, files), strict=False)),
        "kind": report.kind,
        **report.document,
        "quantities": [plain(finding.agreement) for finding in report.findings],
        "statistics": [found_record(one) for one in report.found],
        "warnings": list(report.warnings),
    }


def write_report(output: Path, report: Report, content: Mapping[str, Any]) -> None:
    """Write ``pairs.csv``, ``agreement.csv``, the plots, and last ``compare.json``."""
    for finding in report.findings:
        name = re.sub(r"\W+", "_", finding.agreement.name)
        if finding.agreement.regression is not None:
            write_bytes(output / f"{name}_regression.png", _regression_plot(finding))
        write_bytes(output / f"{name}_bland_altman.png", _bland_altman_plot(finding))
    for name, draw in report.pictures.items():
        write_bytes(output / name, draw())
    write_bytes(output / "pairs.csv", _csv(report.rows))
    if report.findings:
        write_bytes(output / "agreement.csv", _csv([_flat(f.agreement) for f in report.findings]))
    if report.found:
        write_bytes(output / "statistics.csv", _csv([found_record(one) for one in report.found]))
    write_bytes(output / "compare.json", json_bytes(content))


def _bland_altman_plot(finding: Finding) -> bytes:
    limits = finding.agreement.bland_altman
    return bland_altman_plot(
        finding.a,
        finding.b,
        bias=limits.bias,
        limits=(limits.lower, limits.upper),
        title=f"{finding.agreement.name}, n = {limits.n}",
        names=finding.names or ("A", "B"),
    )


def _regression_plot(finding: Finding) -> bytes:
    line = finding.agreement.regression
    assert line is not None
    a, b = finding.names or ("A", "B")
    sign = "+" if line.intercept >= 0 else "-"
    words = (
        f"{a} = {line.slope:.3g} {b} {sign} {abs(line.intercept):.3g}\n"
        f"R² = {line.r_squared:.3f}, SEE = {line.see:.3g}, n = {line.n}"
    )
    return regression_plot(
        finding.b,
        finding.a,
        slope=line.slope,
        intercept=line.intercept,
        words=words,
        title=finding.agreement.name,
        names=(b, a),
        one_unit=finding.names is None,
    )


def _flat(agreement: QuantityAgreement) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in plain(agreement).items():
        if isinstance(value, dict):
            row |= {f"{name}_{key}": item for key, item in value.items()}
        else:
            row[name] = value
    return row


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return csv_bytes(columns, [[row.get(column) for column in columns] for row in rows])
