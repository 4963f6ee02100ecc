"""``bac networks``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from shared_core.cli.main import main
from shared_core.networks.classifiers import CLASSIFIERS
from shared_core.networks.table import NETWORKS

ALL = [*NETWORKS, *CLASSIFIERS]


def test_json_lists_all_networks_with_counts(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["networks", "--json"]) == 0
    document = json.loads(capsysbinary.readouterr().out)
    assert document["tile_px"] == 512
    by_name = {entry["name"]: entry for entry in document["networks"]}
    assert set(by_name) == set(ALL)
    assert {name for name, entry in by_name.items() if entry["answers_for"] == "views"} == set(CLASSIFIERS)
    assert by_name["vgg16"]["sizes"][0]["parameters"] == 14_912_065
    assert [size["parameters"] for size in by_name["segnet"]["sizes"]] == [29_443_585, 29_442_433]
    assert all(entry["source"] and entry["code_licence"] for entry in by_name.values())


def test_lines_for_other_programs_have_one_network_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["networks"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ALL
    scunet = next(row for row in rows if row[0] == "scunet")
    assert scunet[1:4] == ["169,711", "-", "4.21"]


def test_light_installs_list_networks_too() -> None:
    program = (
        "import sys\n"
        "sys.modules['torch'] = sys.modules['openvino'] = None\n"
        "from shared_core.cli.main import main\n"
        "raise SystemExit(main(['networks']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(ALL)
