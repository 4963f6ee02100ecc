"""``docs/validation.md`` from the rows of both parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from shared_core.version import SOFTWARE_VERSION
from validation.false_area import HEADING, false_area, false_area_table
from validation.judged import AS_PUBLISHED, Judged, rule_in_words, rule_of
from validation.markdown import shown, shown_limits, table
from validation.models.film import REGIONS
from validation.models.real import RealRow
from validation.models.simulated import Scored, compared, groups_table, scores_table
from validation.real_data import FILM_WITH_BAC, LICENCES

CURVES: Final = "models-curves.png"
LEAST_DICE, MOST_FALSE_MM2, LEAST_LINE = 0.70, 4.9, 0.95
"""What the bundled model is held to."""
Part = str | list[str]


def validation_page(
    simulated: Sequence[Scored], real: Sequence[RealRow], models: Sequence[Judged], *, first_seed: int
) -> str:
    """The page.

    Parameters
    ----------
    simulated
        The bundled model by its own card first, and the published one among the others by its own.
    real
        Of all real images.
    models
        All that `real` has columns of.
    first_seed
        Of the simulated patients.
    """
    own = [one for one in simulated if one.model.name == one.model.model]
    parts: list[Part] = [
        "# Validation",
        f"Made by `python -m validation.models`; do not edit by hand. OpenBAC {SOFTWARE_VERSION}, on the CPU "
        "in float32. See also: [simulated exams](validation_simulation.md), "
        "[calcium mass](validation_mass.md), [change over time](validation_change.md), "
        "[realism](validation_realism.md).",
        _models(models),
        "## In short",
        _in_short(own, real),
        "## Simulated exams",
        *_simulated(simulated, own, first_seed),
        "## Real images",
        *_real(real, models),
    ]
    return "\n\n".join(part if isinstance(part, str) else "\n".join(part) for part in parts) + "\n"


def _models(models: Sequence[Judged]) -> list[str]:
    lines = [
        [
            one.name,
            f"`{one.card.sha256[:12]}...`",
            one.card.preprocessing.name,
            rule_in_words(one.card.candidates),
            f"{one.card.threshold:g}",
            f"{one.card.temperature:g}",
        ]
        for one in models
    ]
    head = ("model", "weights sha256", "preparation", "rule about candidates", "threshold", "temperature")
    return table(head, lines, texts=4)


def _in_short(own: Sequence[Scored], real: Sequence[RealRow]) -> list[str]:
    """What the bundled model is held to, and what was measured."""
    bundled, published = own[0], own[1]
    lines = []
    for name, words in (("dice_pooled_whole", "the whole band"), ("dice_pooled", "faint BAC left open")):
        mine, theirs = bundled.scores[name], published.scores[name]
        lines.append(
            [
                f"simulated: pooled Dice, {words}",
                f"{LEAST_DICE:.2f} or more, and above {published.model.name}",
                f"{shown(mine.value, 3)} ({shown_limits(mine.limits, 3)}); {shown(theirs.value, 3)}",
                _yes(mine.value >= LEAST_DICE and mine.value > theirs.value),
            ]
        )
    false = bundled.scores.get("false_mm2_median")
    if false is not None:
        lines.append(
            [
                "simulated: median false area on views without BAC",
                f"{MOST_FALSE_MM2:g} mm² or less",
                f"{shown(false.value, 2)} mm² ({shown_limits(false.limits, 2)})",
                _yes(false.value <= MOST_FALSE_MM2),
            ]
        )
    for row in real:
        if row.film is None:
            continue
        film = row.film[bundled.model.name]
        lines += [
            [
                "P_00646: centre line of the published mask found",
                f"{LEAST_LINE:.0%} or more",
                f"{film.line_found:.1%}; Dice {film.dice:.3f}",
                _yes(film.line_found >= LEAST_LINE),
            ],
            [
                f"P_00646: marked on {', '.join(film.beside_px)}",
                "0 px",
                ", ".join(f"{px} px" for px in film.beside_px.values()),
                _yes(not any(film.beside_px.values())),
            ],
        ]
    return table((f"{bundled.model.name}", "asked", "measured", "reached"), lines, texts=4)


def _yes(reached: bool) -> str:
    return "yes" if reached else "no"


def _simulated(simulated: Sequence[Scored], own: Sequence[Scored], first_seed: int) -> list[Part]:
    rows = simulated[0].rows
    styles = Counter(row.tags["style"] for row in rows)
    severities = Counter(row.tags["severity"] for row in rows)
    patients = len({row.identity.patient_id for row in rows})
    rule = rule_of([one.model for one in simulated])
    texts: list[Part] = [
        f"{len(rows)} views of {patients} patients of seed {first_seed}, not used for training: styles "
        f"{_counted(styles)}; disease in the breast {_counted(severities)}. Look-alikes of BAC lie in most "
        "of them. They come from the simulator on which the bundled model was trained, so the scores say "
        "more about simulated than about real images; the published model was trained on real images only. "
        "The label is the vessel band by the rule of Guo 2021; where calcium is too faint to be seen "
        "the band is left open, except in the first line. A mark finds a centre line within 0.84 mm (12 px "
        "of 70 µm). In brackets: 95 % intervals over patients.",
        scores_table(simulated),
    ]
    if rule is not None:
        texts.append(
            f"*With the rule*: by the rule of {simulated[0].model.name}, whatever the card says "
            f"({rule_in_words(rule)}); *no rule*: the threshold alone."
        )
    texts += [
        "Differences on the same views, patients drawn together (paired bootstrap):",
        compared(own[0], own[1]),
    ]
    ruled = [one for one in simulated if one.model.model == own[1].model.name and one is not own[1]]
    if ruled:
        texts += ["The same, both with the same rule:", compared(own[0], ruled[0])]
    texts += [
        groups_table(own, "severity"),
        groups_table(own, "style"),
        f"![Free response, and recall over false area](validation/{CURVES})",
    ]
    return texts


def _real(rows: Sequence[RealRow], models: Sequence[Judged]) -> list[Part]:
    own = [one.name for one in models if one.name == one.model]
    head = ("image", "shows", *(f"{one.name}, px" for one in models))
    lines = [[row.name, row.shows, *(str(row.marked_px[one.name]) for one in models)] for row in rows]
    negatives = [row for row in rows if row.without_bac]
    columns = {one.name: false_area([row.marked_px[one.name] for row in negatives]) for one in models}
    texts: list[Part] = [
        "No image here has a reference mask, and what they show was described by non-radiologists. "
        "The tables therefore show what the models mark, not how correct it is. On images without BAC every "
        "marked pixel is false. None of the files carries a pixel spacing, so areas are in pixels, and "
        "nothing was resampled. The bundled model was trained on these same images without BAC, as "
        "backgrounds: what it marks on them does not apply to other images; for that see "
        "[leave-one-out](validation_leave_one_out.md).",
        table(head, lines, texts=2),
        HEADING,
        false_area_table(columns),
    ]
    texts += _film(rows)
    texts += [
        "### The tile grid",
        "Dice between the mask and the mask with the tile grid moved by 200 px, and BAC in % of the breast:",
        table(
            ("image", *(f"grid, {name}" for name in own), *(f"%, {name}" for name in own)),
            [
                [
                    row.name,
                    *(shown(row.grid_dice[name], 4) for name in own),
                    *(shown(row.percent_of_breast[name], 3) for name in own),
                ]
                for row in rows
            ],
        ),
        "### The overlays",
        f"Left: {own[0]}; right: {own[1]}. Orange: BAC as the model marks it. Blue: the valid area; nothing "
        f"outside it is reported. A and B: enlarged, without and with the outline. {LICENCES}",
    ]
    for row in rows:
        texts += [f"#### {row.name}", row.shows, f"![{row.name}](validation/{row.stem}.jpg)"]
    return [text for text in texts if text]


def _film(rows: Sequence[RealRow]) -> list[Part]:
    """The film with clear BAC."""
    film = next((row.film for row in rows if row.film is not None), None)
    if film is None:
        return []
    lines = [
        [name, f"{one.line_found:.1%}", f"{one.dice:.3f}", *(str(px) for px in one.beside_px.values())]
        for name, one in film.items()
    ]
    return [
        f"### {FILM_WITH_BAC}",
        f"Compared with the mask of the published processing ({AS_PUBLISHED}), which is not a reference "
        "standard: share of its centre lines with a mark within 12 px, Dice, and pixels marked where no "
        "artery is. These places were drawn by eye on the image, as rectangles of rows and columns with "
        "some room around (`validation/models/film.py`): the corner of a label with its fog, the marker "
        "disc, and film edges, except the part of the right side through which two arteries leave the image.",
        table(("model", "line found", "Dice", *(f"{name}, px" for name in REGIONS)), lines),
    ]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
