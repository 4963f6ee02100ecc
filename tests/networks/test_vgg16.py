"""VGG16 for whole views: counts, and a Grad-CAM++ that needs no gradient."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from shared_core.errors import ModelError
from shared_core.networks.classifiers import CLASSIFIERS, STEP_PX, Classifier, list_classifiers
from shared_core.networks.options import NetworkOptions, checked_classifier, checked_network

torch = pytest.importorskip("torch", reason="torch is not installed")

from shared_core.networks.building import build_classifier  # noqa: E402  (needs torch)
from shared_core.networks.counting import counted  # noqa: E402  (needs torch)
from shared_core.networks.vgg16 import Explained, Vgg16  # noqa: E402  (needs torch)

TINY = NetworkOptions(3, width=2)
BUILDS = [(one, size.channels) for one in list_classifiers() for size in one.sizes]
IDS = [f"{one.name}-{channels}" for one, channels in BUILDS]
ROWS, COLUMNS = 96, 48


def tiny(name: str = "vgg16", seed: int = 5) -> Vgg16:
    """Small, in double precision, with averages and biases that are not 0."""
    torch.manual_seed(seed)
    network = build_classifier(name, TINY).double().eval()
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim == 1:
                parameter.add_(0.05 * torch.randn_like(parameter))
        # Gradients of the size of 1: MONAI adds 1e-7 to their squares.
        network.dense_3.weight.mul_(20)
    return network


def picture(seed: int = 0) -> torch.Tensor:
    torch.manual_seed(seed)
    return torch.randn(1, 3, ROWS, COLUMNS, dtype=torch.float64)


def pictures_that_differ() -> Iterator[torch.Tensor]:
    return (picture(seed) for seed in range(4))


@pytest.mark.parametrize(("classifier", "channels"), BUILDS, ids=IDS)
def test_table_states_what_the_built_network_has(classifier: Classifier, channels: int) -> None:
    found = counted(classifier.name, NetworkOptions(channels))  # type: ignore[arg-type]
    assert found in classifier.sizes


def test_counts_are_those_of_the_paper() -> None:
    with torch.device("meta"):
        network = build_classifier("vgg16")
    trunk = sum(parameter.numel() for parameter in network.convolutions.parameters())
    assert (trunk, sum(parameter.numel() for parameter in network.parameters())) == (14_714_688, 14_912_065)
    network.train_last(5)
    trained = sum(one.numel() for one in network.convolutions.parameters() if one.requires_grad)
    assert trained == 5 * (512 * 512 * 9 + 512)
    assert all(parameter.requires_grad for parameter in network.dense_1.parameters())


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_every_weight_learns(name: str) -> None:
    torch.manual_seed(0)
    network = build_classifier(name, TINY).train()
    logits = network(torch.randn(4, 3, ROWS, COLUMNS))
    assert logits.shape == (4,)
    (logits * torch.randn(4)).sum().backward()
    assert all(one.grad is not None and one.grad.abs().sum() > 0 for one in network.parameters())


def by_autograd(network: Vgg16, image: torch.Tensor) -> np.ndarray:
    """Grad-CAM++ as the paper writes it, eq. 19 and 20, from the gradient at every place."""
    features = network.features(image).detach().requires_grad_()
    hidden = torch.nn.functional.leaky_relu(network.dense_1(features.mean(dim=(2, 3))), 0.3)
    logit = network.dense_3(torch.nn.functional.leaky_relu(network.dense_2(hidden), 0.3)).sum()
    (gradient,) = torch.autograd.grad(logit, features)
    below = 2 * gradient**2 + (features * gradient**3).sum(dim=(2, 3), keepdim=True)
    alpha = gradient**2 / torch.where(below != 0, below, torch.ones_like(below))
    weights = (alpha * torch.relu(gradient)).sum(dim=(2, 3), keepdim=True)
    return np.asarray(torch.relu((weights * features).sum(dim=1))[0].detach())


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_heat_map_is_that_of_the_gradient_and_the_logit_its_own(name: str) -> None:
    network = tiny(name)
    for image in pictures_that_differ():
        with torch.no_grad():
            maps = Explained(network)(image)
            logit = network(image)
        assert maps.shape == (1, 2, ROWS // STEP_PX, COLUMNS // STEP_PX)
        assert float(maps[0, 0].max()) > 0
        np.testing.assert_allclose(maps[0, 0], by_autograd(network, image), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(maps[0, 1], np.full(maps.shape[2:], float(logit)), rtol=1e-12)


def scaled(values: np.ndarray) -> np.ndarray:
    return np.asarray((values - values.min()) / (values.max() - values.min()))


def test_heat_map_is_that_of_monai() -> None:
    monai = pytest.importorskip("monai.visualize", reason="MONAI is not installed")

    class TwoDimensional(torch.nn.Module):
        """MONAI asks for logits of classes."""

        def __init__(self, network: Vgg16) -> None:
            super().__init__()
            self.network = network

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.network.head(self.last(self.network.features(x)))[:, None]

    network = tiny()
    module = TwoDimensional(network)
    module.last = torch.nn.Identity()
    explain = monai.GradCAMpp(
        module, target_layers="last", upsampler=lambda _size: lambda x: x, postprocessing=lambda x: x
    )
    for image in pictures_that_differ():
        theirs = explain(image.clone().requires_grad_(), class_idx=0)
        with torch.no_grad():
            ours = Explained(network)(image)[0, 0]
        np.testing.assert_allclose(scaled(ours.numpy()), scaled(np.asarray(theirs.detach())[0, 0]), atol=1e-4)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_the_graph_gives_the_same_numbers(name: str) -> None:
    pytest.importorskip("openvino", reason="OpenVINO is not installed")
    from shared_core.inference.backends.openvino_classifier import OpenVinoClassifier
    from shared_core.inference.backends.openvino_export import exported

    network = Explained(tiny(name).float()).eval()
    arrays = exported(network, channels=3, tile_px=(ROWS, COLUMNS))
    again = exported(network, channels=3, tile_px=(ROWS, COLUMNS))
    assert all(bytes(array) == bytes(again[name]) for name, array in arrays.items())
    backend = OpenVinoClassifier(arrays, size=(ROWS, COLUMNS))
    grey = picture().float()[:, :1]
    with torch.no_grad():
        wanted = network(grey.expand(-1, 3, -1, -1)).numpy()
    found = backend.explain(grey[:, 0].numpy())
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5 * np.abs(wanted).max())
    with pytest.raises(ModelError, match="for pictures of 48 x 96 px"):
        OpenVinoClassifier(arrays, size=(COLUMNS, ROWS))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("vgg19", TINY, "no network for whole views 'vgg19' in this version: did you mean 'vgg16'"),
        ("vgg16", NetworkOptions(backbone="resnet50"), "has no option 'backbone'; it has width"),
        ("vgg16-bn", NetworkOptions(width=0), "width of network vgg16-bn must lie from 1 to 128"),
    ],
)
def test_unknown_network_or_option_is_one_sentence(name: str, options: NetworkOptions, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        checked_classifier(name, options)
    assert message in str(caught.value)


def test_a_network_for_whole_views_is_none_for_masks() -> None:
    with pytest.raises(ModelError, match="no network 'vgg16'"):
        checked_network("vgg16")
