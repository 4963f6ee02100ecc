"""How far a study is, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable


def each_fourth(what: str) -> Callable[[int, int], None]:
    """Says how many are done at each fourth one and at the last."""

    def tell(done: int, total: int) -> None:
        if done % 4 == 0 or done == total:
            print(f"{what}: {done} of {total}", file=sys.stderr, flush=True)

    return tell
