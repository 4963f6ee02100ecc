"""Checkpoints of others: what is taken from them, and a clear sentence where they cannot be used."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shared_core import analyze_view, load_model
from shared_core.cli.main import main
from shared_core.errors import DeviceError, ModelError
from shared_core.training.starting_model import Start
from shared_core.weights import checkpoint
from shared_core.weights.checkpoint import read_checkpoint
from shared_core.weights.location import require_weights
from shared_core.weights.registry import load_card
from shared_core.weights.safetensors import read_safetensors, safetensors_bytes

torch = pytest.importorskip("torch")

PUBLISHED = "SCU_Net_512_512_best_BCE_pos_all.pt"


@pytest.fixture
def state() -> dict[str, Any]:
    from shared_core.networks.scunet import ScuNet

    torch.manual_seed(0)
    return dict(ScuNet().state_dict())


def saved(folder: Path, content: object) -> Path:
    torch.save(content, folder / "x.pt")
    return folder / "x.pt"


def test_published_checkpoint_becomes_the_bundled_file_to_the_byte(published_weights: Path) -> None:
    card = load_card("scunet-emory-2021")
    written = safetensors_bytes(read_checkpoint(published_weights / PUBLISHED))
    assert written == require_weights(card).read_bytes()
    from shared_core.weights.location import sha256_of

    assert f"origin: {PUBLISHED}, sha256 {sha256_of(published_weights / PUBLISHED)}" in card.made_by


def test_published_numbers_are_those_that_torch_reads(published_weights: Path) -> None:
    bundled = read_safetensors(require_weights(load_card("scunet-emory-2021")))
    theirs = torch.load(published_weights / PUBLISHED, map_location="cpu", weights_only=True)[
        "model_state_dict"
    ]
    for ours, published in (
        ("stem_1.conv.weight", "level1_0.conv.weight"),
        ("decoder_1.norm_2.running_var", "up4.conv.conv.4.running_var"),
        ("head.bias", "outc.conv.bias"),
    ):
        np.testing.assert_array_equal(bundled[ours], theirs["module." + published].numpy())


@pytest.mark.parametrize("name", ["SCUNet_dice_512_512_best.pt", "SCUNet_dice_512_512_best_nosigmoid.pt"])
def test_other_published_checkpoints_are_read_in_either_format_of_torch(
    name: str, published_weights: Path
) -> None:
    assert len(read_checkpoint(published_weights / name)) == 94


@pytest.mark.parametrize("wrapped", [False, True])
def test_own_state_is_read_with_its_precision(state: dict[str, Any], wrapped: bool, tmp_path: Path) -> None:
    state["stem_2.conv.weight"] = state["stem_2.conv.weight"].bfloat16()
    state["stem_3.conv.weight"] = state["stem_3.conv.weight"].double()
    content = {"epoch": 3, "model_state_dict": state} if wrapped else state
    arrays = read_checkpoint(saved(tmp_path, content))
    assert arrays["stem_2.conv.weight"].dtype == np.float32
    np.testing.assert_array_equal(arrays["stem_2.conv.weight"], state["stem_2.conv.weight"].float().numpy())
    assert arrays["stem_3.conv.weight"].dtype == np.float64
    assert not any("num_batches_tracked" in name for name in arrays)


def test_code_in_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    path = tmp_path / "x.pt"
    for content in (pickle.dumps(Trap()), None):
        if content is None:
            torch.save({"a": Trap()}, path)
        else:
            path.write_bytes(content)
        with pytest.raises(ModelError, match=r"x\.pt is no file of torch, or holds more than tensors"):
            read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_truncated_checkpoint_is_named(state: dict[str, Any], tmp_path: Path) -> None:
    path = saved(tmp_path, state)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelError, match=r"x\.pt is truncated or damaged; get the file again"):
        read_checkpoint(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"<html></html>", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_checkpoint_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.pt"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"Checkpoint .*x\.pt") as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ModelError, match=r"nothing\.pt cannot be read"):
        read_checkpoint(tmp_path / "nothing.pt")


def test_wrong_parts_are_named(state: dict[str, Any], tmp_path: Path) -> None:
    missing = {name: value for name, value in state.items() if name != "head.bias"}
    cases = {
        "'head.bias' is missing": missing,
        "'tail.bias' is not one of its parts": {**state, "tail.bias": torch.ones(1)},
        "'head.bias' has the shape": {**state, "head.bias": torch.ones(2)},
        "'head.bias' has the type int64": {**state, "head.bias": torch.ones(1, dtype=torch.int64)},
        "head.bias holds numbers that are not finite": {**state, "head.bias": torch.tensor([float("nan")])},
        "holds no state_dict": [1, 2],
        "'epoch' is not a tensor": {"epoch": 3},
        "is not that of an SCU-Net": torch.nn.Linear(2, 2).state_dict(),
        "no part of the published SCU-Net": {
            "level1_0.conv.weight": torch.ones(1),
            "x.weight": torch.ones(1),
        },
    }
    for message, content in cases.items():
        with pytest.raises(ModelError, match=message):
            read_checkpoint(saved(tmp_path, content))


def test_without_torch_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "find_spec", lambda name: None)
    with pytest.raises(DeviceError, match=r"x\.pt needs torch; run pip install torch"):
        read_checkpoint(tmp_path / "x.pt")


def test_imported_model_can_be_used_and_trained_further(
    state: dict[str, Any], tmp_path: Path, drawn_view: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = saved(tmp_path, {"model_state_dict": {f"module.{name}": value for name, value in state.items()}})
    folder = tmp_path / "mine"
    words = ["models", "import", str(path), "-o", str(folder), "--name", "mine", "--licence", "CC0"]
    assert main(words) == 0
    assert str(folder / "model.json") in capsys.readouterr().out
    model = load_model(folder / "model.json", device="cpu")
    assert (model.card.name, model.card.licence, model.card.output) == ("mine", "CC0", "logits")
    assert any("sha256" in line and path.name in line for line in model.card.made_by)
    assert analyze_view(drawn_view, model=model).probability.tiles > 0
    start = Start.load(folder / "model.json")
    np.testing.assert_array_equal(start.arrays["head.weight"], state["head.weight"].numpy())
    assert main(words) == 1
    assert "is already there" in capsys.readouterr().err


def test_import_of_raw_values_wants_a_threshold(
    state: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = saved(tmp_path, state), tmp_path / "raw"
    words = ["models", "import", str(path), "-o", str(folder), "--raw"]
    assert main(words) == 1
    assert "--threshold" in capsys.readouterr().err
    assert main([*words, "--threshold", "0.65"]) == 0
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    assert (card["name"], card["output"], card["threshold"]) == ("x", "raw", 0.65)
    assert card["licence"] == "not stated by whoever imported it"


def test_import_that_fails_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = saved(tmp_path, {"a": torch.ones(1)})
    assert main(["models", "import", str(path), "-o", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err.startswith(f"bac: Checkpoint {path} is not that of an SCU-Net")
    assert not (tmp_path / "out").exists()
