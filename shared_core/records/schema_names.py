"""The documents that have a published JSON Schema."""

from __future__ import annotations

from typing import Final, Literal, get_args

SchemaName = Literal["view", "exam", "run", "results"]
SCHEMAS: Final[tuple[SchemaName, ...]] = get_args(SchemaName)
