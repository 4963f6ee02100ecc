"""What people read where a JSON or TOML file that they wrote is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from shared_core.documents import DocumentError, from_content, from_json, from_toml


@dataclass(frozen=True)
class Part:
    share: Annotated[float, Meta(ge=0, lt=1)] = 0.5
    kind: Literal["film", "digital"] = "film"


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    count: int
    name: Annotated[str, Meta(pattern=r"\S")]
    place: tuple[int, int] = (0, 0)
    parts: Annotated[tuple[Part, ...], Meta(min_length=1)] = (Part(),)
    width_mm: Annotated[float, Meta(gt=0)] | None = None
    best: Part | None = None
    on: bool = True


GOOD: dict[str, Any] = {"count": 1, "name": "a"}


def test_a_sound_document_is_read() -> None:
    text = b'{"count": 2, "name": "x", "place": [3, 4], "parts": [{"share": 0}], "width_mm": 2, "best": null}'
    assert from_json(text, Whole) == Whole(count=2, name="x", place=(3, 4), parts=(Part(0.0),), width_mm=2.0)
    assert from_toml('count = 1\nname = "a"\n[best]\nkind = "digital"', Whole).best == Part(kind="digital")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"count": 1.5}, "f: count must be a whole number, not 1.5."),
        ({"count": True}, "f: count must be a whole number, not True."),
        ({"count": None}, "f: count must be a whole number, not null."),
        ({"name": " "}, "f: name must be a text that is not empty, not ' '."),
        ({"place": [1]}, "f: place must be a list of 2, not [1]."),
        ({"place": [1, "2"]}, "f: place[1] must be a whole number, not '2'."),
        ({"parts": []}, "f: parts must be a list of at least 1, not []."),
        ({"parts": [{}, {"share": 1}]}, "f: parts[1].share must be below 1, not 1."),
        ({"parts": [{"share": -1}]}, "f: parts[0].share must be at least 0, not -1."),
        ({"parts": [{"shar": 1}]}, "f: unknown field 'parts[0].shar', did you mean 'share'?."),
        ({"parts": [3]}, "f: parts[0] must be a JSON object or TOML table, with named fields."),
        ({"parts": 3}, "f: parts must be a list, not 3."),
        ({"best": {"kind": "x"}}, "f: best.kind must be 'digital' or 'film', not 'x'."),
        ({"width_mm": 0}, "f: width_mm must be above 0, not 0."),
        ({"width_mm": "1"}, "f: width_mm must be a number or null, not '1'."),
        ({"on": 1}, "f: on must be true or false, not 1."),
        ({"xyzzy": 1}, "f: unknown field 'xyzzy'; known are count, name, place, parts, width_mm, best, on."),
    ],
)
def test_the_field_is_named_with_what_it_must_be(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        from_content(GOOD | changes, Whole)
    assert caught.value.sentence("f") == sentence.replace("?.", "?")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "f: missing fields count, name."),
        ("[]", "f must be a JSON object or TOML table, with named fields."),
        (
            '{"count": 1,\n "count" 2}',
            "f is not valid JSON: Expecting ':' delimiter in line 2; fix it there.",
        ),
        ('{"count": 1, "count": 2}', "f: field 'count' is given twice."),
        ('{"count": NaN}', "f: NaN is not a number that may stand there."),
        ("[" * 100_000, "f is nested too deeply."),
        (b"\xff\xff", "f is not a text file in UTF-8."),
    ],
)
def test_the_file_is_named_where_all_of_it_is_wrong(text: str | bytes, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        from_json(text, Whole)
    assert caught.value.sentence("f") == sentence
