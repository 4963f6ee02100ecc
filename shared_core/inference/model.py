"""A model ready to run: card, network and a backend on a device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from shared_core.errors import DeviceError
from shared_core.inference.backends.interface import Backend, BackendName, Precision
from shared_core.inference.gpu_driver import may_have_gpu
from shared_core.inference.plain_network import Network, PlainNetwork, read_networks, try_out
from shared_core.inference.runner import Runner
from shared_core.networks.table import IMPORTED, SCU_NETS
from shared_core.notices import Remedy
from shared_core.weights.card import ModelCard
from shared_core.weights.location import require_files
from shared_core.weights.registry import DEFAULT_MODEL, load_card, weights_beside

Device = Literal["auto", "cpu", "cuda", "mps"]
BackendChoice = Literal["auto", "torch", "openvino", "numpy"]

GPU_BATCH_TILES = 8


@dataclass(frozen=True, eq=False)
class Model:
    """A loaded model; make it once and use it for many images."""

    card: ModelCard
    net: Network
    backend: Backend
    weights_path: Path
    threads: int | None
    others: tuple[Model, ...] = ()
    """The other members of an ensemble, each a model of its own with the same card."""

    def runner(self) -> Runner:
        """Make what runs one image: batches on a GPU with the CPU behind it, single tiles on a CPU."""
        if self.backend.info.device == "cpu":
            return Runner(self.backend)
        return Runner(
            self.backend,
            batch_size=GPU_BATCH_TILES,
            cpu_fallback=lambda: make_backend(self.net, threads=self.threads, device="cpu"),
        )


def load_model(
    name: str | Path | ModelCard | None = None,
    *,
    weights_dir: Path | None = None,
    device: Device = "auto",
    backend: BackendChoice = "auto",
    precision: Precision = "float32",
    threads: int | None = 1,
) -> Model:
    """Load a model by name, card file or card.

    Parameters
    ----------
    name
        Name in the registry, path of a card file, or a card; None for `DEFAULT_MODEL`.
    weights_dir
        Folder of the weights that go with a card; by default that of the card's file.
    device
        ``auto`` takes CUDA, then MPS, then the CPU.
    backend
        ``auto`` takes torch on a GPU; on a CPU OpenVINO where installed, else torch, else numpy.
    precision
        float32 is the reference; others are recorded with the result. ``mixed`` takes up to a quarter of
        the time of segmentation away where the processor computes in bfloat16.
    threads
        CPU threads of one image; None leaves it to the backend.

    Raises
    ------
    ModelError
        If card or weights are unknown, missing, damaged or unfit, or the network gives numbers that are not
        finite.
    DeviceError
        If device or backend cannot be used here.
    """
    card = name if isinstance(name, ModelCard) else load_card(name or DEFAULT_MODEL)
    if weights_dir is None and name is not None and not isinstance(name, ModelCard):
        weights_dir = weights_beside(name)
    path = require_files(card, weights_dir=weights_dir)
    chosen = choose_for(card, device, backend, precision)
    members = []
    for net in read_networks(card, chosen[1], path, weights_dir=weights_dir):
        runs = make_backend(net, device=device, backend=chosen[1], precision=precision, threads=threads)
        if isinstance(net, PlainNetwork):
            try_out(runs, card)
        members.append(Model(card, net, runs, path, threads))
    return replace(members[0], others=tuple(members[1:]))


def choose_for(
    card: ModelCard, device: Device, backend: BackendChoice, precision: Precision = "float32"
) -> tuple[str, BackendName]:
    """Decide on what to run a model; see `choose`.

    A `DeviceError` where its network cannot run there: imported graphs need OpenVINO, and networks that were
    saved without a graph need torch.
    """
    if card.network == IMPORTED:
        if backend in ("torch", "numpy") or device in ("cuda", "mps"):
            raise DeviceError(
                f"Model {card.name} was imported as a graph, which runs with OpenVINO on the CPU alone; "
                "choose that."
            )
        return choose("cpu", "openvino", precision)
    if precision == "mixed" and card.tiling.stitching != "seamless":
        raise DeviceError(
            f"Model {card.name} has no decoder that is computed apart, so there is no mixed precision of it; "
            "use float32."
        )
    chosen = choose(device, backend, precision)
    if chosen[1] == "numpy" and card.network not in SCU_NETS:
        raise DeviceError(
            f"Model {card.name} is no SCU-Net, so numpy alone does not run it; "
            "install OpenVINO or torch, and choose that."
        )
    if chosen[1] == "openvino" and card.graph is None and card.network not in SCU_NETS:
        if backend == "openvino" or find_spec("torch") is None:
            raise DeviceError(
                f"Model {card.name} was saved without a graph, so it runs with torch alone; "
                "run pip install torch, or train it where OpenVINO is installed."
            )
        return choose(device, "torch", precision)
    return chosen


def make_backend(
    net: Network,
    *,
    device: Device = "auto",
    backend: BackendChoice = "auto",
    precision: Precision = "float32",
    threads: int | None = 1,
) -> Backend:
    """Put a network on a device; see `load_model`."""
    chosen_device, chosen_backend = choose(device, backend, precision)
    if isinstance(net, PlainNetwork):
        return net.backend(chosen_device, chosen_backend, precision, threads)
    if chosen_backend == "openvino":
        from shared_core.inference.backends.openvino_scunet import OpenVinoScuNet

        return OpenVinoScuNet(net, precision=precision, threads=threads)
    if chosen_backend == "numpy":
        from shared_core.inference.backends.numpy_scunet import NumpyScuNet

        return NumpyScuNet(net, precision=precision, threads=threads)
    from shared_core.inference.backends.torch_scunet import TorchScuNet

    return TorchScuNet(net, device=chosen_device, precision=precision, threads=threads)


def choose(
    device: Device, backend: BackendChoice, precision: Precision = "float32"
) -> tuple[str, BackendName]:
    """Decide on what to run, without importing torch where it cannot help.

    A `DeviceError` where what is asked for is not installed or not there.
    """
    if precision == "mixed":
        return _choose_mixed(device, backend)
    chosen = _choose(device, backend)
    if precision == "float16" and chosen[0] == "cpu":
        raise DeviceError("float16 is for GPUs; on the CPU use float32 or bfloat16.")
    return chosen


def _choose_mixed(device: Device, backend: BackendChoice) -> tuple[str, BackendName]:
    """OpenVINO, whatever else there is."""
    chosen = _choose(device, "openvino" if backend == "auto" else backend)
    if chosen[1] != "openvino":
        raise DeviceError("Mixed precision is computed by OpenVINO alone; choose that, or float32.")
    from shared_core.inference.backends.openvino_options import has_bfloat16

    if not has_bfloat16():
        raise DeviceError("This processor does not compute in bfloat16; use float32.")
    return chosen


def _choose(device: Device, backend: BackendChoice) -> tuple[str, BackendName]:
    has_torch, has_openvino = (find_spec(name) is not None for name in ("torch", "openvino"))
    if backend == "openvino" and not has_openvino:
        raise DeviceError("OpenVINO is not installed; run pip install openvino.")
    if backend in ("openvino", "numpy"):
        if device in ("cuda", "mps"):
            name = "OpenVINO" if backend == "openvino" else backend
            raise DeviceError(f"The {name} backend runs on the CPU; for {device} use the torch backend.")
        return "cpu", backend
    if backend == "torch" and not has_torch:
        raise DeviceError("torch is not installed; run pip install torch.")
    if device in ("cuda", "mps"):
        if not has_torch:
            raise DeviceError(f"The device {device} needs torch; run pip install torch.")
        if gpu() != device:
            raise DeviceError(f"This machine has no usable {device} device.", Remedy.CHOOSE_DEVICE)
        return device, "torch"
    if device == "auto" and has_torch and (found := gpu()) is not None:
        return found, "torch"
    if has_openvino and backend != "torch":
        return "cpu", "openvino"
    return "cpu", "torch" if has_torch else "numpy"


def gpu() -> Literal["cuda", "mps"] | None:
    """Tell which GPU torch can use."""
    # Importing torch takes a second or two, and some hundred MB, in each process of a batch.
    if metadata.version("torch").endswith("+cpu") or not may_have_gpu():
        return None
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else None
