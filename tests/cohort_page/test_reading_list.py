"""Which exams are to be checked first, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from shared_core.cohort_page.reading_list import LEAST_PAIRS, ReasonKind, cohort_spread, reading_list
from shared_core.cohort_page.summary import ExamSummary

CLEAN = {"LCC": 0.0, "LMLO": 0.0, "RCC": 0.0, "RMLO": 0.0}
NOTHING = ExamSummary("e", None, None, (), (), (), (), (), "", ("a model",))


def exam(key: str = "e", areas: dict[str, float] | None = None, **others: object) -> ExamSummary:
    return replace(NOTHING, key=key, areas_mm2=tuple((areas or {}).items()), **others)  # type: ignore[arg-type]


def kinds(*exams: ExamSummary, of: str = "e") -> list[ReasonKind]:
    """Of the reasons for which one of the exams is on the list."""
    return [
        reason.kind for one in reading_list(exams) if exams[one.place].key == of for reason in one.reasons
    ]


def dated(key: str, day: date, areas: dict[str, float], **others: object) -> ExamSummary:
    return exam(key, areas, patient="P", date=day, **others)


def usual(count: int, spread: float = 1.1) -> list[ExamSummary]:
    """Exams in which CC and MLO differ by a few percent."""
    return [
        exam(f"u{n}", {**CLEAN, "LCC": 50.0 * (spread if n % 2 else 1), "LMLO": 50.0, "RCC": 40, "RMLO": 41})
        for n in range(count)
    ]


def test_what_is_not_known_is_no_reason() -> None:
    assert kinds(exam()) == []
    assert kinds(exam(areas={"LCC": 40.0})) == []
    assert kinds(exam(areas=CLEAN)) == []


@pytest.mark.parametrize(("probability", "listed"), [(0.19, False), (0.2, True), (0.5, True), (0.81, False)])
def test_a_view_whose_probability_is_in_the_middle_is_uncertain(probability: float, listed: bool) -> None:
    found = kinds(exam(probabilities=(("LCC", 0.01), ("RMLO", probability))))
    assert found == ([ReasonKind.UNCERTAIN] if listed else [])


def test_the_least_certain_view_is_named_and_comes_first() -> None:
    exams = [exam("a", probabilities=(("LCC", 0.7),)), exam("b", probabilities=(("LCC", 0.7), ("RCC", 0.48)))]
    first, second = reading_list(exams)
    assert (first.place, second.place) == (1, 0)
    assert first.reasons[0].text == "RCC: the probability of BAC is 0.48, between 0.2 and 0.8."


def test_one_view_with_bac_and_the_other_without_disagree() -> None:
    (listed,) = reading_list([exam(areas={**CLEAN, "LCC": 34.1})])
    assert listed.reasons[0].kind is ReasonKind.VIEWS_DISAGREE
    assert listed.reasons[0].text == "Left breast: LCC shows 34.1 mm² of BAC, LMLO none."
    (larger,) = reading_list([exam(areas={**CLEAN, "LCC": 340.0})])
    assert larger.weight > listed.weight


def test_views_further_apart_than_those_of_the_cohort_disagree() -> None:
    odd = exam(areas={**CLEAN, "LCC": 150.0, "LMLO": 50.0, "RCC": 40.0, "RMLO": 41.0})
    assert ReasonKind.VIEWS_DISAGREE in kinds(*usual(40), odd)
    assert ReasonKind.VIEWS_DISAGREE not in kinds(*usual(40), replace(odd, areas_mm2=usual(1)[0].areas_mm2))


def test_few_pairs_say_nothing_of_what_is_usual() -> None:
    assert cohort_spread(usual(LEAST_PAIRS // 2 - 1)) is None
    assert cohort_spread(usual(LEAST_PAIRS)) is not None


def test_bac_where_the_exam_before_had_none_is_new() -> None:
    then = dated("then", date(2025, 3, 1), CLEAN)
    now = dated("e", date(2026, 3, 1), {"LCC": 12.0, "LMLO": 12.2, "RCC": 0.0, "RMLO": 0.0})
    assert ReasonKind.NEW in kinds(then, now)
    (listed,) = (one for one in reading_list([now, then]) if one.place == 0)
    assert listed.reasons[0].text == "BAC of 12.1 mm² where there was none on 2025-03-01."
    assert kinds(then, replace(now, patient=None)) == [ReasonKind.BREASTS_DIFFER]
    assert ReasonKind.NEW not in kinds(then, replace(now, made_with=("another model",)))
    assert ReasonKind.NEW not in kinds(then, replace(now, date=then.date))


def test_only_more_than_the_error_of_measurement_is_an_increase() -> None:
    areas = {"LCC": 50.0, "LMLO": 51.0, "RCC": 40.0, "RMLO": 41.0}
    then = dated("then", date(2025, 3, 1), areas)
    twice = dated("e", date(2026, 3, 1), {label: 2 * area for label, area in areas.items()})
    hardly = dated("e", date(2026, 3, 1), {label: 1.01 * area for label, area in areas.items()})
    assert ReasonKind.INCREASED in kinds(*usual(40), then, twice)
    assert ReasonKind.INCREASED not in kinds(*usual(40), then, hardly)


def test_failures_undecided_views_and_other_calcifications_are_said_as_they_were() -> None:
    one = exam(
        failed=("a.dcm: is damaged.",), undecided=("LCC: look here.",), to_read=("Two; have them read.",)
    )
    (listed,) = reading_list([one])
    assert [reason.text for reason in listed.reasons] == [*one.undecided, *one.failed, *one.to_read]


areas_of_views = st.dictionaries(
    st.sampled_from(sorted(CLEAN)), st.sampled_from([0.0, 1e-3, 5.0, 80.0, 4000.0])
)


@given(
    st.lists(
        st.tuples(
            areas_of_views,
            st.sampled_from([None, "P1", "P2"]),
            st.sampled_from([None, date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)]),
            st.lists(st.tuples(st.sampled_from(sorted(CLEAN)), st.floats(0, 1)), max_size=3),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_is_that_of_the_weights_whatever_the_order_of_the_exams(
    cases: list, random: object
) -> None:
    exams = [
        exam(f"e{n}", areas, patient=patient, date=day, probabilities=tuple(probabilities))
        for n, (areas, patient, day, probabilities) in enumerate(cases)
    ]
    listed = reading_list(exams)
    weights = [one.weight for one in listed]
    assert weights == sorted(weights, reverse=True)
    assert all(
        0 < reason.weight < 1 and reason.text.endswith(".") for one in listed for reason in one.reasons
    )
    assert len({one.place for one in listed}) == len(listed)
    distinct = len({(one.patient, one.date) for one in exams}) == len(exams)
    if distinct:  # of two exams of one woman and date the first is taken for the one before
        shuffled = list(exams)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        again = [shuffled[one.place].key for one in reading_list(shuffled)]
        assert again == [exams[one.place].key for one in listed]
