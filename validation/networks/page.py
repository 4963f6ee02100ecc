"""The page of a comparison of networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from shared_core.networks.table import list_networks, network_named
from shared_core.statistics.catalogue import LEAST_FOR_INTERVAL
from shared_core.statistics.clusters import Estimate
from shared_core.training.evaluation.guo_scores import GuoDifference, guo_differences
from validation.markdown import shown, shown_limits, table
from validation.networks.judging import Judgement
from validation.networks.study import Study

REFERENCE: Final = "scunet"

_SETS: Final = {
    "simulated": "simulated views",
    "positives": "real positives",
    "others": "real images without BAC",
}
PUBLISHED: Final = {
    "segnet": (".707/.764", ".704/.743", ".981/.998", ".676/.734", ".554/.589"),
    "deeplabv3": (".742/.781", ".709/.726", ".981/.998", ".692/.735", ".568/.590"),
    "unet": (".738/.789", ".704/.723", ".981/.998", ".689/.735", ".562/.590"),
    "linknet": (".748/.801", ".675/.690", ".979/.997", ".676/.720", ".550/.572"),
    "erfnet": (".788/.826", ".669/.673", ".979/.997", ".694/.724", ".568/.578"),
    "esnet": (".757/.796", ".684/.707", ".980/.997", ".687/.727", ".563/.581"),
    "fastscnn": (".687/.738", ".662/.695", ".979/.997", ".647/.697", ".522/.545"),
    "contextnet": (".723/.765", ".631/.628", ".977/.997", ".643/.671", ".509/.517"),
    "dabnet": (".750/.804", ".692/.706", ".981/.998", ".686/.734", ".564/.589"),
    "edanet": (".771/.810", ".666/.682", ".980/.997", ".685/.723", ".559/.575"),
    "cgnet": (".766/.798", ".689/.703", ".980/.997", ".696/.730", ".569/.584"),
    "scunet": (".778/.789", ".682/.708", ".980/.997", ".698/.729", ".569/.581"),
    "fpenet": (".682/.730", ".715/.750", ".981/.998", ".666/.721", ".544/.575"),
    "dt-unet": (".770/.826", ".674/.685", ".980/.998", ".687/.729", ".561/.583"),
}
"""Recall, precision, accuracy, F1 and Jaccard, over patches / over whole images."""


def page(study: Study, judged: Sequence[Judgement]) -> str:
    """``docs/validation_networks.md``."""
    lines = ["# Networks compared", "", *_about(study, judged)]
    lines += ["", "## Size, cost and what is found", "", *_table(judged)]
    lines += ["", "## Guo's five scores, on simulated views", "", *_guo(judged)]
    lines += ["", "## Against SCU-Net", "", *_differences(judged)]
    lines += ["", "## The papers' own numbers", "", *_published()]
    lines += ["", "## The trainings", "", *_trainings(judged), ""]
    return "\n".join(lines)


def _about(study: Study, judged: Sequence[Judgement]) -> Iterator[str]:
    missing = sorted({network.name for network in list_networks()} - {one.job.network for one in judged})
    whole = f"random crops of {study.crop_px} px" if study.crop_px else "whole patches of 512 px"
    yield (
        f"Every network was trained by the recipe `guo2021` on the same patches for {study.trained_steps} "
        f"steps of 4 {whole}; Guo et al. 2021 trained for about 43,000. The budget was {study.hours:g} hours "
        f"of {study.threads} thread{'s' if study.threads > 1 else ''} ({study.machine}) for all trainings "
        "together. With so few steps the table says how quickly a network learns, not how good it can become."
    )
    yield ""
    yield f"Trained on {', '.join(_spec(spec) for spec in study.training)}, split by patient."
    yield (
        f"Judged on {_spec(study.simulated)} (simulated), {_spec(study.positives)} (real positives) and "
        f"{_spec(study.others)} (real images without BAC); no patient of these was trained on."
    )
    yield _counts(judged)
    if missing:
        yield ""
        yield f"Not trained yet: {', '.join(missing)}."


def _spec(spec: str) -> str:
    """Where the data lies on one machine is nobody's business."""
    kind, _, rest = spec.partition(":")
    first, *others = rest.split(",")
    return f"`{kind}:{','.join([first if '=' in first else 'FOLDER', *others])}`"


def _counts(judged: Sequence[Judgement]) -> str:
    rows = {name: found.rows for name, found in judged[0].rows.items()}
    said = []
    for name, words in _SETS.items():
        patients = len({row.identity.patient_id for row in rows[name]})
        said.append(f"{len(rows[name])} {words} of {patients} patient{'' if patients == 1 else 's'}")
    taken = judged[0].rows["others"].description.get("of these", "").partition(":")[0]
    some = f" ({taken})" if taken else ""
    return f"These are {', '.join(said)}{some}; fewer than {LEAST_FOR_INTERVAL} patients make no interval."


def _by_network(judged: Sequence[Judgement]) -> list[tuple[str, list[Judgement]]]:
    order = {network.name: place for place, network in enumerate(list_networks())}
    ordered = sorted(judged, key=lambda one: (order[one.job.network], one.job.seed))
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda one: one.job.network)]


def _table(judged: Sequence[Judgement]) -> list[str]:
    rows = []
    for name, seeds in _by_network(judged):
        size = network_named(name).size(_channels(seeds))
        assert size is not None
        rows.append(
            [
                name,
                f"{seeds[0].parameters:,}",
                f"{size.multiply_adds / 1e9:.2f}",
                f"{min(one.milliseconds_a_megapixel for one in seeds):,.0f}",
                _over_seeds([one.recall_on_positives for one in seeds]),
                _over_seeds([one.marked_others for one in seeds]),
            ]
        )
    head = [
        "network",
        "parameters",
        "multiply-adds at 512 px, billion",
        "ms a megapixel, one CPU thread",
        "length of real arteries found",
        "real images without BAC that are marked",
    ]
    return [
        "Each seed, with its 95 % interval where there are patients enough, patients drawn again; seeds are "
        "not averaged. Milliseconds are the quickest of three tiles of each seed; where the machine had "
        "other work they are too many, and the multiply-adds are the better guide.",
        "",
        *table(head, rows),
        *_reading(judged),
    ]


def _channels(seeds: Sequence[Judgement]) -> int:
    return seeds[0].rows["simulated"].card.network_options.channels


def _over_seeds(estimates: Sequence[Estimate]) -> str:
    return "; ".join(map(_with_limits, estimates))


def _with_limits(one: Estimate) -> str:
    some = one.clusters < LEAST_FOR_INTERVAL
    return shown(one.value, 3) if some else f"{shown(one.value, 3)} ({shown_limits(one.limits, 3)})"


def _reading(judged: Sequence[Judgement]) -> Iterator[str]:
    """What a reader must not take for success."""
    many = [one for one in judged if (one.marked_others.value or 0.0) > 0.5]
    if many:
        yield ""
        yield (
            f"{len(many)} of {len(judged)} trainings mark more than half of the images without BAC. Where a "
            "network does, a found length near 1 says that it marks nearly everything, not that it knows "
            "arteries; precision below says how much of what is marked is BAC."
        )


def _guo(judged: Sequence[Judgement]) -> list[str]:
    rows = []
    for name, seeds in _by_network(judged):
        for one in seeds:
            for level in one.guo:
                means = [f"{shown(score.mean, 3)} ± {shown(score.sd, 3)}" for score in level.scores]
                rows.append([name, str(one.job.seed), level.level, str(level.count), *means])
    head = ["network", "seed", "over", "n", "recall", "precision", "accuracy", "F1", "Jaccard"]
    return [
        "Mean ± SD over patches of 512 px, and over images, that hold BAC.",
        "",
        *table(head, rows, texts=3),
    ]


def _differences(judged: Sequence[Judgement]) -> list[str]:
    first = {name: seeds[0] for name, seeds in _by_network(judged)}
    if REFERENCE not in first or len(first) < 2:
        return ["SCU-Net or the others are not trained yet."]
    reference = first.pop(REFERENCE).rows["simulated"].rows
    others = {name: one.rows["simulated"].rows for name, one in first.items()}
    found: tuple[GuoDifference, ...] = guo_differences(reference, others)
    rows = [
        [
            one.model,
            {"dice": "F1", "jaccard": "Jaccard"}[one.score],
            shown(one.clustered.difference, 3, signed=True),
            shown_limits(one.clustered.limits, 3),
            shown(one.test.p, 3),
            shown(one.p_holm, 3),
        ]
        for one in found
    ]
    head = ["network", "score", "less SCU-Net", "95 %, patients drawn", "paired t, P", "after Holm"]
    return [
        "Images with BAC, the first seed of each. The t-test is the paper's, and takes images of a patient "
        "as independent; the interval does not.",
        "",
        *table(head, rows, texts=2),
    ]


def _published() -> list[str]:
    rows = [[network_named(name).title, *scores] for name, scores in PUBLISHED.items()]
    head = ["network", "recall", "precision", "accuracy", "F1", "Jaccard"]
    return [
        "On other images, by other people, after many times more steps: not to be compared with the numbers "
        "above. Patches / whole images; Guo et al. 2021 and, for DT-UNet, its abstract.",
        "",
        *table(head, rows),
    ]


def _trainings(judged: Sequence[Judgement]) -> list[str]:
    rows = [
        [one.job.name, shown(one.threshold, 3), f"`{one.sha256}`"]
        for _, seeds in _by_network(judged)
        for one in seeds
    ]
    return [
        "Recipe, log and record of each lie in its folder; the same command makes them again.",
        "",
        *table(["training", "threshold", "sha256 of the weights"], rows, texts=3),
    ]
