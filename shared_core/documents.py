"""JSON and TOML of people, and JSON of programs, as typed records: a typing error never changes a result.

msgspec checks the types. Added here is what it leaves out or says in words of a programmer: names given
twice, names that a record does not have, all missing names at once, and what to write instead.
"""

from __future__ import annotations

import difflib
import errno
import json
import math
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import msgspec
from msgspec import inspect

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Record = TypeVar("Record")

_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a group of named fields",
    "date": "a day like 2026-01-31",
    "null": "null",
}
_HALF_LETTER = re.compile(rb"\\ud[c-f]", re.IGNORECASE)
_LIMITS = {">=": "at least", ">": "above", "<=": "at most", "<": "below"}


class DocumentError(ValueError):
    """What is wrong with a field, which the message names, or with the file as a whole."""

    def __init__(self, what: str, *, whole: bool = False) -> None:
        super().__init__(what)
        self.whole = whole

    def sentence(self, file: str) -> str:
        """One sentence for the user."""
        said = f"{file}{'' if self.whole else ':'} {self}"
        return said if said.endswith("?") else f"{said}."


def file_bytes(path: Path) -> bytes:
    """What stands in a file.

    Raises
    ------
    OSError
        If it cannot be read, or is none: reading a pipe would wait for whoever writes into it.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.ENXIO, "it is no file but a device or a pipe")
    return path.read_bytes()


def from_json(text: str | bytes, kind: type[Record]) -> Record:
    """Read JSON as a dataclass or struct.

    Parameters
    ----------
    kind
        Its annotations, with the limits of `msgspec.Meta`, are what each field must be; fields without a
        default must be there.

    Raises
    ------
    DocumentError
        Not JSON, or a field is unknown, missing, given twice, of the wrong type or out of range.
    """
    return from_content(any_json(text), kind)


def any_json(text: str | bytes) -> Any:
    """What JSON holds, of whatever types; for what is then made a record of, or compared as a whole.

    Raises
    ------
    DocumentError
        Not JSON, or it holds what no number or text can be.
    """
    try:
        return json.loads(
            text, object_pairs_hook=_distinct, parse_constant=_not_a_number, parse_float=_finite
        )
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"is not valid JSON: {error.msg} in line {error.lineno}; fix it there", whole=True
        ) from None
    except UnicodeDecodeError:
        raise DocumentError("is not a text file in UTF-8", whole=True) from None
    except RecursionError:
        raise DocumentError("is nested too deeply", whole=True) from None
    except DocumentError:
        raise
    except ValueError:
        raise DocumentError("holds a number of too many digits", whole=True) from None


def known_part(text: str | bytes, kind: type[Record]) -> Record:
    """Those fields of JSON that a struct has; others are passed over, as other versions may have more.

    Raises
    ------
    DocumentError
        Not JSON, or a field is missing or of the wrong type.
    """
    try:
        if _HALF_LETTER.search(text if isinstance(text, bytes) else text.encode("utf-8", "replace")):
            # Of a file name that is not UTF-8, as we write it; msgspec refuses to parse it.
            return msgspec.convert(any_json(text), kind)
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise DocumentError(f"is not as it should be ({error})", whole=True) from None
    except DocumentError:
        raise
    except (msgspec.DecodeError, UnicodeError) as error:
        raise DocumentError(f"is not valid JSON ({error})", whole=True) from None
    except OverflowError:
        raise DocumentError("holds a number beyond all limits", whole=True) from None
    except RecursionError:
        raise DocumentError("is nested too deeply", whole=True) from None


def from_toml(text: str, kind: type[Record]) -> Record:
    """Read TOML as a dataclass or struct; see `from_json`."""
    return from_content(any_toml(text), kind)


def any_toml(text: str) -> dict[str, Any]:
    """What TOML holds, of whatever types; a `DocumentError` where it is none."""
    try:
        content: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"is not valid TOML: {error}", whole=True) from None
    except RecursionError:
        raise DocumentError("is nested too deeply", whole=True) from None
    except ValueError:
        raise DocumentError("holds a number of too many digits, or a day that is none", whole=True) from None
    return content


def from_content(content: object, kind: type[Record]) -> Record:
    """Turn what a parser made into a dataclass or struct; see `from_json`."""
    try:
        _check(inspect.type_info(kind), content, "")
        return msgspec.convert(content, kind)
    except (OverflowError, RecursionError, UnicodeError):
        raise DocumentError("holds a number, a letter or a nesting beyond all limits", whole=True) from None
    except msgspec.ValidationError as error:
        raise DocumentError(_in_words(str(error), content)) from None


def _check(kind: inspect.Type, content: object, place: str) -> None:
    """Refuse unknown, missing and unknown words; types are left to msgspec."""
    if isinstance(kind, inspect.UnionType):
        if content is not None:
            _check(next(one for one in kind.types if not isinstance(one, inspect.NoneType)), content, place)
    elif isinstance(kind, inspect.LiteralType):
        # 1 == True, and a list cannot be looked up in a set.
        if not any(type(content) is type(value) and content == value for value in kind.values):
            choices = " or ".join(repr(value) for value in kind.values)
            raise DocumentError(f"{place} must be {choices}, not {content!r}")
    elif isinstance(kind, (inspect.DataclassType, inspect.StructType)):
        if not isinstance(content, dict):
            what = f"{place} must be" if place else "must be"
            raise DocumentError(f"{what} a JSON object or TOML table, with named fields", whole=not place)
        _check_names(kind, content, f"{place}." if place else "")
    elif isinstance(kind, inspect.VarTupleType) and isinstance(content, list):
        for number, item in enumerate(content):
            _check(kind.item_type, item, f"{place}[{number}]")


def _check_names(
    kind: inspect.DataclassType | inspect.StructType, content: dict[str, object], place: str
) -> None:
    fields = {field.encode_name: field for field in kind.fields}
    for name in content:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            hint = f", did you mean {near[0]!r}?" if near else f"; known are {', '.join(fields)}"
            raise DocumentError(f"unknown field {place + name!r}{hint}")
    missing = [place + name for name, field in fields.items() if field.required and name not in content]
    if missing:
        raise DocumentError(f"missing field{'s' if len(missing) > 1 else ''} {', '.join(missing)}")
    for name, value in content.items():
        _check(fields[name].type, value, place + name)


def _in_words(message: str, content: object) -> str:
    """A message of msgspec, such as ``Expected `float` < 1.0 - at `$.tiling.overlap```, for a user."""
    what, _, path = message.removesuffix("`").partition(" - at `$")
    place = path.removeprefix(".")
    value: Any = content
    try:
        for name, number in re.findall(r"([^.\[\]]+)(?![^\[]*\])|\[(\d+)\]", path):
            value = value[name] if name else value[int(number)]
    except (KeyError, IndexError, TypeError):  # a name with a dot or a bracket in it
        return f"is wrong: {message}"
    subject, shown = (f"{place} " if place else ""), "null" if value is None else repr(value)[:80]
    if limit := re.fullmatch(r"Expected `\w+` ([<>]=?) (\S+)", what):
        return f"{subject}must be {_LIMITS[limit[1]]} {float(limit[2]):g}, not {shown}"
    if length := re.fullmatch(r"Expected `array` of (at least )?length (>= )?(\d+).*", what):
        least = "at least " if length[1] or length[2] else ""
        return f"{subject}must be a list of {least}{length[3]}, not {shown}"
    if what.startswith("Invalid RFC3339"):
        return f"{subject}must be a day like 2026-01-31, not {shown}"
    if "matching regex" in what:
        return f"{subject}must be a text that is not empty, not {shown}"
    if types := re.fullmatch(r"Expected `([^`]+)`, got `[^`]+`", what):
        words = " or ".join(_WORDS.get(name, name) for name in types[1].split(" | "))
        return f"{subject}must be {words}, not {shown}"
    return f"{subject}is wrong: {what}"


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = min(name for name, count in counts.items() if count > 1)
        raise DocumentError(f"field {twice!r} is given twice")
    return content


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise DocumentError(f"{number[:40]} is beyond what a number may be")
    return value


def _not_a_number(constant: str) -> NoReturn:
    raise DocumentError(f"{constant} is not a number that may stand there")
