"""Options that are described once: what may be typed for them, and who asks for them."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest

from shared_core.cohort.options import BATCH_OPTIONS, RESUME, BatchChoices
from shared_core.cohort.settings import BatchSettings
from shared_core.errors import UsageError
from shared_core.inference.foreign.facts import StatedFacts, network_facts
from shared_core.inference.foreign.options import CLASSES, NETWORK_OPTIONS, OUTPUT, SPACING
from shared_core.options import values_of
from shared_core.reading.facts.options import FACT_OPTIONS
from shared_core.reading.facts.table_reading import COLUMNS, stated_facts


@pytest.mark.parametrize(
    ("typed", "value"), [("0.07", 0.07), (" 0,07 ", 0.07), ("", None), ("  ", None), ("1", 1.0)]
)
def test_a_number_is_typed_with_a_point_or_a_comma_and_what_is_empty_is_unsaid(
    typed: str, value: float | None
) -> None:
    assert SPACING.value_of(typed) == value


@pytest.mark.parametrize("typed", ["0", "65", "1.5", "-1"])
def test_limits_are_told(typed: str) -> None:
    with pytest.raises(ValueError, match=f"must be a whole number from 1 to 64, not {typed}"):
        CLASSES.value_of(typed)


@pytest.mark.parametrize("typed", ["a", "nan", "inf", "1,2,3"])
def test_what_is_no_number_is_told(typed: str) -> None:
    with pytest.raises(ValueError, match=r"must be a (finite )?number"):
        SPACING.value_of(typed)


def test_the_sentence_of_a_form_begins_with_the_label() -> None:
    with pytest.raises(UsageError, match=r"^Gives: must be one of logits, probabilities, not maybe\.$"):
        values_of((OUTPUT,), {"output": "maybe"})


def test_what_nobody_states_of_a_network_is_as_where_nobody_was_asked() -> None:
    assert network_facts(values_of(NETWORK_OPTIONS, {})) == StatedFacts()
    assert network_facts(values_of(NETWORK_OPTIONS, {"tile_px": "64", "output": "logits"})) == StatedFacts(
        tile_px=64, output="logits"
    )


def test_options_are_named_as_the_fields_that_take_them() -> None:
    assert {option.name for option in NETWORK_OPTIONS} == {field.name for field in fields(StatedFacts)}
    batch = {field.name: field.default for field in fields(BatchSettings)}
    for option in BATCH_OPTIONS:
        if option is not RESUME:
            assert batch[option.name] == option.default
    assert {option.name: option.default for option in BATCH_OPTIONS} == asdict(BatchChoices())
    assert {option.name for option in FACT_OPTIONS} <= set(COLUMNS)


@pytest.mark.parametrize(
    ("name", "choice"), [(option.name, choice) for option in FACT_OPTIONS for choice in option.choices]
)
def test_every_choice_of_a_fact_is_understood(name: str, choice: str) -> None:
    facts = stated_facts({name: choice})
    stated = facts.view if name == "view" else facts.laterality
    assert stated is not None
    assert stated.value == choice
