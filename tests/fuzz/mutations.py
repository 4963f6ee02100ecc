"""Documents that are nearly right: one to three changes to their structure, or to their bytes."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 0.5, -0.0, 1e308, -1e308, 2**63, -(2**63), 10**60, "", "x", "=1+1"),
    *("2026-01-31", "2026-01-31T10:00:00", "2026-01-31T10:00:00+99:99", "0001-01-01T00:00:00Z"),
    "20200230",
    *(
        "9999-12-31T23:59:59-23:59",
        "\0",
        "\x1b[31m",
        "../../etc/passwd",
        "http://[",
        "山田",
        "\ud800",
        "1e999",
    ),
    *([], {}, [None], [[]], [[1]], [1, 2, 3], {"": None}, {"x": 1}, ["x"], [[1, 2], [3]], [1e308] * 3),
)


def mutated_json(content: bytes, chance: random.Random) -> bytes:
    """Another document; most are valid JSON still."""
    if chance.random() < 0.2:
        return _mutated_text(content, chance)
    document = copy.deepcopy(json.loads(content))
    for _ in range(chance.randint(1, 3)):
        document = _with_another_node(document, chance)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def mutated_csv(content: bytes, chance: random.Random) -> bytes:
    """Another table."""
    if chance.random() < 0.2:
        return _mutated_text(content, chance)
    rows = [line.split(",") for line in content.decode().splitlines()]
    for _ in range(chance.randint(1, 4)):
        if not rows:
            break
        row = chance.choice(rows)
        place = chance.randrange(len(row)) if row else 0
        action = chance.randrange(6)
        if action == 0 and row:
            row[place] = str(chance.choice(_VALUES)).replace("\ud800", "?")
        elif action == 1 and row:
            del row[place]
        elif action == 2:
            row.insert(place, chance.choice(("nan", "inf", "1" * 400, "x", "true", '"', "é")))
        elif action == 3:
            rows.remove(row)
        elif action == 4:
            rows.append(list(row))
        elif row:
            for other in rows:
                del other[place : place + 1]
    return "\n".join(",".join(row) for row in rows).encode() + b"\n"


def mutated_toml(content: bytes, chance: random.Random) -> bytes:
    """Another configuration."""
    if chance.random() < 0.2:
        return _mutated_text(content, chance)
    lines = content.decode().splitlines()
    place = chance.randrange(len(lines))
    name = lines[place].partition("=")[0].strip() or "x"
    values = ("inf", "nan", "-1", "0", "1e400", "9" * 5000, "'x'", "[]", "{}", "1979-05-27T07:32:00+25:00")
    lines[place] = chance.choice((f"{name} = {chance.choice(values)}", "", lines[place] * 2, f"[{name}]"))
    return "\n".join(lines).encode()


def _mutated_text(content: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(content) + 1)
    return chance.choice(
        (
            content[:place],
            content[:place] + bytes([chance.randrange(256)]) + content[place + 1 :],
            b"",
            b"\xff\xfe" + content,
            b"\xef\xbb\xbf" + content,
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b"a" * 200_000 + b"," + content,
            b"9" * 5000,
            b"NaN",
            content.replace(b"0", b"Infinity", 1),
            content.replace(b"1", b"1" * 5000, 1),
            content.replace(b"1", b"1e999", 1),
            content + content,
            content.replace(b"\n", b"\0", 1),
        )
    )


def _with_another_node(document: Any, chance: random.Random) -> Any:
    places = list(_places(document))
    if not places:
        return chance.choice(_VALUES)
    holder, key = chance.choice(places)
    action = chance.randrange(5)
    if action == 0:
        del holder[key]
    elif action == 1 and isinstance(holder, dict):
        holder[f"{key}_"] = holder.pop(key)
    elif action == 2:
        holder[key] = [holder[key]]
    elif action == 3 and isinstance(holder, list):
        holder.append(holder[key])
    else:
        holder[key] = copy.deepcopy(chance.choice(_VALUES))
    return document


def _places(node: Any) -> list[tuple[Any, Any]]:
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    found = [(node, key) for key in keys]
    for key in keys:
        found += _places(node[key])
    return found
