"""``bac schema``: the JSON Schema of the results."""

from __future__ import annotations

import argparse
import sys

from shared_core.cli.exit_codes import OK
from shared_core.records.canonical_json import json_bytes
from shared_core.records.schema import schema_of


def run(args: argparse.Namespace) -> int:
    """Print; return the exit code."""
    sys.stdout.buffer.write(json_bytes(schema_of(args.record)))
    return OK
