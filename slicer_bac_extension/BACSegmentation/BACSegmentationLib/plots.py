"""Change over time as a chart: the exam, its views, and the limits of what can be told from no change."""

from __future__ import annotations

from typing import Any

from shared_core.exporting.timeline import Timeline
from shared_core.quantification.serial import Quantity


def show_change(line: Timeline, quantity: Quantity, *, chart_node: Any = None) -> Any:
    """Fill a chart with one quantity of a patient's exams.

    Parameters
    ----------
    line
        From `shared_core.exporting.timeline.timeline`.
    chart_node
        Filled anew with its table and series; None makes one.

    Returns
    -------
    The vtkMRMLPlotChartNode; its series share one vtkMRMLTableNode.
    """
    raise NotImplementedError
