"""The options of ``bac models``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, count, number, option, whole


def add_parser(subparsers: Subparsers) -> None:
    """Add ``models`` and its actions to the parser of ``bac``."""
    parser = subparsers.add_parser(
        "models",
        help="list and show the models, check their weights, import a checkpoint",
        description="The models that can be used, their weights, and checkpoints of others.",
    )
    actions = parser.add_subparsers(
        dest="action", required=True, metavar="list|show|verify|import", help="what to do"
    )
    texts = {
        "list": "list the models with licence and where their weights are",
        "show": "show a model's card, its files and the data statement",
        "verify": "check the sha256 of the weights and read them",
    }
    made = {
        action: command(actions, action, help=text, description=f"{text.capitalize()}.", module="models")
        for action, text in texts.items()
    }
    name = "a model's name or its card's .json file"
    made["show"].add_argument("name", help=name)
    option(made["show"], "--markdown", "as one document in Markdown, as hubs of models show it")
    made["verify"].add_argument("name", nargs="?", help=f"{name}; all if left out")
    _add_import(actions)


def _add_import(actions: Subparsers) -> None:
    parser = command(
        actions,
        "import",
        help="make a model of a network that was trained elsewhere",
        description="Turn a network into model.safetensors and model.json, for --model: an ONNX file, a "
        "TorchScript file, a program of torch.export, a MONAI bundle (folder or .zip), or a checkpoint of an "
        "SCU-Net (torch.save or .safetensors). No code in the file is run. All but checkpoints need what "
        "only you know of the network: --tile, --mean, --sd, --spacing-mm, --gives and --mask-style.",
        module="models_import",
    )
    add = partial(option, parser)
    add("file FILE", "the network", Path)
    add("-o/--output FOLDER", "folder for the model (default: a folder with the model's name)", Path)
    add("--name NAME", "name of the model (default: the name of FILE)")
    add("--licence TEXT", "licence of the weights, for the card", default="")
    add("--raw", "the network was trained without a sigmoid; needs --threshold")
    add(
        "--threshold T",
        "BAC where the probability, with --raw the number that the network gives, is above T (default: 0.5)",
        number,
    )
    facts = partial(option, parser.add_argument_group("networks but those of SCU-Net checkpoints"))
    facts("--tile PX", "side of the square tiles that the network takes", count)
    facts("--mean M", "the network takes (x / 255 - M) / S of 8-bit grey levels x", number)
    facts("--sd S", "see --mean", number)
    facts("--spacing-mm MM", "pixel spacing of the images that it was trained on", number)
    facts("--gives WHAT", "logits or probabilities", choices=("logits", "probabilities"))
    facts("--mask-style STYLE", "vessel-band or calcium", choices=("vessel-band", "calcium"))
    facts("--classes N", "maps that it gives (default: 1)", count, default=1)
    facts("--bac-class K", "which of them is BAC, from 0", whole)
    facts("--median PX", "side of the median filter of its images (default: 0, none)", whole, default=0)
