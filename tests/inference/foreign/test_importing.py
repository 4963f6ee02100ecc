"""Networks from elsewhere: each kind gives what it gave there, and nothing in a file is run."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from shared_core.errors import ModelError, UsageError
from shared_core.inference.foreign.facts import StatedFacts
from shared_core.inference.foreign.importing import import_network, kind_of, sample
from shared_core.inference.foreign.onnx_outline import onnx_outline, require_plain
from shared_core.inference.foreign.torchscript import require_arithmetic
from shared_core.inference.model import load_model
from shared_core.weights.card_json import CARD_FILE, WEIGHTS_FILE
from tests.imported_network import SIDE, centre_surround, metadata, onnx_network, write_onnx

pytest.importorskip("openvino", reason="OpenVINO is not installed")
onnx = pytest.importorskip("onnx", reason="onnx is not installed")
torch = pytest.importorskip("torch", reason="torch is not installed")

STATED = StatedFacts(SIDE, 0.5, 0.25, 0.07, "logits", "calcium")


class Lines(torch.nn.Module):  # type: ignore[misc]
    """The network of the tests in torch, with sizes and branches, as scripts of such networks have them."""

    def __init__(self, classes: int = 1) -> None:
        super().__init__()
        kernel = np.concatenate([centre_surround() * (-12.0, 12.0)[n == classes - 1] for n in range(classes)])
        self.conv = torch.nn.Conv2d(1, classes, 9, padding=4)
        self.conv.weight.data = torch.from_numpy(kernel.astype(np.float32))
        self.conv.bias.data.fill_(-2.0)
        self.norm = torch.nn.BatchNorm2d(classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(self.conv(x))
        if y.shape[2] > 1000:
            y = y * 2
        small = torch.nn.functional.avg_pool2d(y, 2)
        again = torch.nn.functional.interpolate(small, size=x.shape[2:], mode="bilinear", align_corners=False)
        return 0.9 * y + 0.1 * again


def loaded(path: Path, folder: Path, stated: StatedFacts = STATED) -> Any:
    model = import_network(path, name="own", stated=stated)
    (folder / WEIGHTS_FILE).write_bytes(model.weights)
    (folder / CARD_FILE).write_bytes(model.card_json)
    return load_model(folder / CARD_FILE, device="cpu")


def answer_of(model: Any) -> np.ndarray:
    return np.asarray(model.backend.tile_logits(sample(SIDE)[None])[0])


@pytest.mark.parametrize("side", [SIDE, "side"], ids=["fixed", "open"])
@pytest.mark.parametrize("channels", [1, 3])
def test_onnx_gives_its_own_numbers(side: int | str, channels: int, tmp_path: Path) -> None:
    model = loaded(write_onnx(tmp_path / "n.onnx", side=side, channels=channels), tmp_path)
    wanted = torch.nn.functional.conv2d(
        torch.from_numpy(sample(SIDE))[None, None], torch.from_numpy(12 * centre_surround()), padding=4
    )[0, 0]
    np.testing.assert_allclose(answer_of(model), wanted.numpy() - 2.0, atol=1e-4)


@pytest.mark.parametrize("kind", ["traced", "scripted", "exported"])
def test_torch_networks_give_their_own_numbers(kind: str, tmp_path: Path) -> None:
    net, tile = Lines().eval(), torch.from_numpy(sample(SIDE))[None, None]
    path = tmp_path / "n.pt2"
    if kind == "exported":
        torch.export.save(torch.export.export(net, (tile,)), path)
    else:
        made = torch.jit.trace(net, tile) if kind == "traced" else torch.jit.script(net)
        made.save(str(path))
    with torch.no_grad():
        wanted = net(tile)[0, 0].numpy()
    np.testing.assert_allclose(answer_of(loaded(path, tmp_path)), wanted, atol=1e-4)


@pytest.mark.parametrize("packed", [False, True])
def test_monai_bundle_says_its_size_and_classes_itself(packed: bool, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "configs").mkdir(parents=True)
    (bundle / "models").mkdir()
    (bundle / "configs" / "metadata.json").write_bytes(metadata())
    tile = torch.from_numpy(sample(SIDE))[None, None]
    net = Lines(classes=2).eval()
    torch.jit.script(net).save(str(bundle / "models" / "model.ts"))
    path = bundle
    if packed:
        path = tmp_path / "bundle.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for file in sorted(bundle.rglob("*.*")):
                archive.write(file, f"lines/{file.relative_to(bundle)}")
    model = loaded(path, tmp_path, replace(STATED, tile_px=None))
    with torch.no_grad():
        background, bac = net(tile)[0].numpy()
    np.testing.assert_allclose(answer_of(model), bac - background, atol=2e-4)
    assert model.card.graph.bac_class == 1


def refused(path: Path, message: str, stated: StatedFacts = STATED) -> None:
    with pytest.raises((ModelError, UsageError)) as caught:
        import_network(path, name="own", stated=stated)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("values", "stated", "message"),
    [
        ({"classes": 2}, STATED, "it must give 1 map of the tile's size"),
        ({}, replace(STATED, classes=3, bac_class=1), "it must give 3 maps"),
        ({}, replace(STATED, tile_px=128), "not tiles of 128 px"),
        ({"channels": 2}, STATED, "takes 2 channels; it must take 1 or 3"),
        ({"gain": float("nan")}, STATED, "not finite"),
        ({"gain": 3e38}, STATED, "not finite"),
        ({"domain": "com.example"}, STATED, "asks for the operator com.example.Identity"),
        ({"external": "/etc/hostname"}, STATED, "keeps arrays in other files"),
        ({}, replace(STATED, mean=None, spacing_mm=None), "state mean, spacing_mm as well"),
        ({}, replace(STATED, sd=0.0), "Sd must be above 0"),
        ({}, replace(STATED, tile_px=60), "Tile_px must be a multiple of 8"),
        ({}, replace(STATED, classes=2), "state bac_class as well"),
    ],
)
def test_onnx_that_is_not_as_told_is_one_sentence(
    values: dict[str, Any], stated: StatedFacts, message: str, tmp_path: Path
) -> None:
    refused(write_onnx(tmp_path / "n.onnx", **values), message, stated)


def test_loop_that_may_never_end_is_refused() -> None:
    from onnx import helper

    graph = helper.make_graph(
        [helper.make_node("Loop", ["n"], ["m"], body=helper.make_graph([], "b", [], []))], "g", [], []
    )
    with pytest.raises(ModelError, match="holds a Loop"):
        require_plain(helper.make_model(graph).SerializeToString())


@settings(max_examples=60)
@given(place=st.integers(0, 10_000), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_damaged_onnx_gives_an_outline_or_one_sentence(place: int, value: int, cut: int) -> None:
    content = bytearray(onnx_network().SerializeToString())
    content[place % len(content)] = value
    del content[len(content) - cut :]
    with suppress(ModelError):
        assert onnx_outline(bytes(content)).operators


class Touch:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (b"def f(x):\n  return torch.from_file('a', True, 3)\n", "asks for torch.from_file"),
        (b"def f(x):\n  return torch.save(x, 'a')\n", "asks for torch.save"),
        (b"def f(x):\n  return ops.example.run(x)\n", "asks for ops.example.run"),
        (b"def f(x):\n  return ops.aten.from_file('a')\n", "asks for ops.aten.from_file"),
        (b"def f(x):\n  return torch.classes.example.Thing(x)\n", "asks for torch.classes.example.Thing"),
        (b"class M(Module):\n  def __setstate__(self, x):\n    return x\n", "would run when it is loaded"),
        (b"import os\n", "imports other code"),
        (b"def f(x):\n  while True:\n    x = torch.neg(x)\n  return x\n", "may never end"),
        (b"def f(x):\n  for i in range(9223372036854775807):\n    x = torch.neg(x)\n", "may never end"),
        (b"def f(x):\n  return __import__('os')\n", "calls __import__"),
        (b"def f(:\n", "cannot be checked"),
    ],
)
def test_torchscript_that_asks_for_more_than_arithmetic_is_refused(code: bytes, message: str) -> None:
    with pytest.raises(ModelError) as caught:
        require_arithmetic(code, "n.ts")
    assert message in str(caught.value)


def test_torchscript_with_code_that_runs_at_load_is_not_loaded(tmp_path: Path) -> None:
    class Sly(torch.nn.Module):  # type: ignore[misc]
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.from_file("made-by-a-network", True, 1) + x

    path = tmp_path / "sly.ts"
    try:
        torch.jit.script(Sly()).save(str(path))
    except RuntimeError:
        pytest.skip("this torch cannot write such a network")
    refused(path, "asks for torch.from_file")


def rewritten(path: Path, change: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> None:
    """The archive with members replaced, by the end of their names."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    prefix = next(iter(content)).partition("/")[0]
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in content.items():
            new = next((part for end, part in change.items() if name.endswith(end)), value)
            archive.writestr(name, value if new is None else new)
        for name, value in (extra or {}).items():
            archive.writestr(f"{prefix}/{name}", value)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "n.pt2"
    tile = torch.from_numpy(sample(SIDE))[None, None]
    torch.export.save(torch.export.export(Lines().eval(), (tile,)), path)
    return path


def model_json(path: Path, old: str, new: str) -> dict[str, bytes | None]:
    with zipfile.ZipFile(path) as archive:
        name = next(name for name in archive.namelist() if name.endswith("models/model.json"))
        text = archive.read(name).decode()
    assert old in text
    return {"models/model.json": text.replace(old, new, 1).encode()}


def test_program_with_a_pickle_for_an_example_is_refused_unread(program: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    rewritten(program, {"sample_inputs/model.pt": pickle.dumps(Touch(made))})
    refused(program, "holds an example that is more than tensors")
    assert not made.exists()


def test_program_with_pickled_constants_is_refused_unread(program: Path, tmp_path: Path) -> None:
    made = tmp_path / "made"
    rewritten(program, {}, {"data/constants/custom_obj_0": pickle.dumps(Touch(made))})
    refused(program, "holds 'data/constants/custom_obj_0'")
    assert not made.exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("torch.ops.aten.conv2d.default", "torch.ops.example.run.default", "asks for torch.ops.example.run"),
        ("torch.ops.aten.conv2d.default", "torch.ops.aten.from_file.default", "asks for torch.ops.aten.from"),
        ('{"as_int": 64}', '{"as_expr": {"expr_str": "__import__(1)"}}', "sizes that are formulas"),
    ],
)
def test_program_that_could_run_code_is_refused(program: Path, old: str, new: str, message: str) -> None:
    rewritten(program, model_json(program, old, new))
    refused(program, message)


def test_bundle_without_its_network_or_for_volumes_is_refused(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    (bundle / "configs").mkdir(parents=True)
    (bundle / "models").mkdir()
    refused(bundle, "holds no configs/metadata.json")
    (bundle / "configs" / "metadata.json").write_bytes(b"{}")
    refused(bundle, "does not say what the network takes")
    (bundle / "configs" / "metadata.json").write_bytes(metadata(spatial_shape=[64, 64, 64]))
    refused(bundle, "is for volumes")
    (bundle / "configs" / "metadata.json").write_bytes(metadata())
    refused(bundle, "holds neither models/model.ts nor models/model.onnx")
    torch.save({"a": torch.zeros(1)}, bundle / "models" / "model.pt")
    refused(bundle, "holds weights without their network")


@pytest.mark.parametrize("name", ["n.onnx", "n.pt2", "n.ts"])
def test_what_is_no_network_is_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"not a network")
    refused(path, "is no ONNX")
    assert kind_of(path) == ("onnx" if name.endswith("onnx") else None)


def test_checkpoints_stay_checkpoints(tmp_path: Path) -> None:
    stream = io.BytesIO()
    torch.save({"a": torch.zeros(1)}, stream)
    (tmp_path / "n.pt").write_bytes(stream.getvalue())
    assert kind_of(tmp_path / "n.pt") is None


def test_card_says_where_it_came_from(tmp_path: Path) -> None:
    model = import_network(write_onnx(tmp_path / "n.onnx"), name="own", stated=STATED)
    card = json.loads(model.card_json)
    assert card["made_by"][0].startswith("origin: n.onnx, sha256 ")
    assert (card["network"], card["mask_style"], card["input_spacing_mm"]) == ("imported", "calcium", 0.07)
    assert card["tiling"] == {
        "tile_px": SIDE,
        "stride_px": 56,
        "stitching": "weighted",
        "skip": "outside-valid-area",
    }
