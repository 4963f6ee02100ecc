"""The options of ``bac models``."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from shared_core.cli.arguments import Subparsers, command, number, option, stated_option
from shared_core.inference.foreign import options as network


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
    folder = "folder for the model (default: a folder with the model's name)"
    add("-o/--output FOLDER", folder, Path, dest="folder")
    add("--name NAME", f"{network.NAME.help} (default: the name of FILE)")
    stated_option(parser, "--licence TEXT", network.LICENCE)
    add("--raw", "the network was trained without a sigmoid; needs --threshold")
    add(
        "--threshold T",
        "BAC where the probability, with --raw the number that the network gives, is above T (default: 0.5)",
        number,
    )
    facts = partial(stated_option, parser.add_argument_group("networks but those of SCU-Net checkpoints"))
    facts("--tile PX", network.TILE)
    facts("--mean M", network.MEAN)
    facts("--sd S", network.SD)
    facts("--spacing-mm MM", network.SPACING)
    facts("--gives", network.OUTPUT)
    facts("--mask-style", network.MASK_STYLE)
    facts("--classes N", network.CLASSES)
    facts("--bac-class K", network.BAC_CLASS)
    facts("--median PX", network.MEDIAN)
