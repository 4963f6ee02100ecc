"""Tables as Parquet: each column with its type, and with its label and unit beside it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shared_core.errors import OutputError
from shared_core.exporting.atomic_write import write_pieces
from shared_core.records.results_folder import Cell
from shared_core.records.study_tables import Column

if TYPE_CHECKING:
    import pyarrow

ENDING: Final = ".parquet"
_ROWS_AT_ONCE: Final = 1000


def write_parquet(path: Path, columns: Sequence[Column], rows: Iterable[Mapping[str, Cell]]) -> None:
    """Write a table, some rows at a time, so that memory does not grow with them.

    Parameters
    ----------
    columns
        In order; what a `Column` says beside name and type is metadata of the field, as text.
    rows
        By the names of the columns; None is null.

    Raises
    ------
    OutputError
        PyArrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow
    except ImportError:
        raise OutputError(
            f"{path}: a Parquet table needs PyArrow, which is not installed: pip install 'openbac[parquet]'."
        ) from None
    schema = pyarrow.schema([_field(pyarrow, column) for column in columns])
    write_pieces(path, _pieces(schema, columns, iter(rows)))


def _pieces(
    schema: pyarrow.Schema, columns: Sequence[Column], rows: Iterator[Mapping[str, Cell]]
) -> Iterator[bytes]:
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    written = _Written()
    with ParquetWriter(pyarrow.PythonFile(written, mode="w"), schema) as writer:
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            arrays = [
                pyarrow.array([_value(row[column.name], column) for row in some], field.type)
                for column, field in zip(columns, schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            yield written.taken()
    yield written.taken()


class _Written(io.RawIOBase):
    """What the writer wrote and nobody took yet."""

    def __init__(self) -> None:
        super().__init__()
        self._new = bytearray()
        self._before = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._new += content
        return len(content)

    def tell(self) -> int:
        return self._before + len(self._new)

    def taken(self) -> bytes:
        piece = bytes(self._new)
        self._before += len(piece)
        self._new.clear()
        return piece


def _field(pyarrow: Any, column: Column) -> Any:
    types = {
        "number": pyarrow.float64(),
        "integer": pyarrow.int64(),
        "text": pyarrow.string(),
        "date": pyarrow.date32(),
    }
    told = {name: text for name, text in asdict(column).items() if name != "name" and text}
    return pyarrow.field(column.name, types[column.type], metadata=told)


def _value(cell: Cell, column: Column) -> Cell | date | int:
    if cell is None:
        return None
    if column.type == "number":
        return float(cell)
    if column.type == "integer":
        return int(cell)
    if column.type == "date":
        return date.fromisoformat(str(cell))
    return str(cell)
