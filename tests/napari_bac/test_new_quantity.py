"""A quantity that the registry was given is a row of the table of numbers."""

from __future__ import annotations

from typing import Any

from napari_bac.docks.quantities import ROWS, table_rows
from shared_core.quantification.view_state import ViewState
from shared_core.quantities.registry import QUANTITIES
from tests.new_quantity import NEW


class _Session:
    """Of a view whose numbers are those of its labels."""

    measured_is_current = True
    state = ViewState.BY_HAND
    problem = None

    class measured:
        view = None


def test_it_is_a_row_without_further_words() -> None:
    session: Any = _Session()
    with QUANTITIES.extended(NEW):
        (row,) = [one for one in table_rows() if one.name == NEW.label]
        assert "A paper" in row.tip
        cell = row.of_view(session, None)  # type: ignore[arg-type]
        assert (cell.text, cell.unit) == ("2.50", "mm")
        assert row.of_exam(session).text == "2.50"
    assert NEW.label not in {one.name for one in ROWS}
