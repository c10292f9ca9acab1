"""Which device a setting means."""

import subprocess
import sys

import pytest

from pytest_ptm import devices
from pytest_ptm.errors import SettingsError

CARDS = ["cuda:0", "cuda:1", "cuda:2"]


@pytest.fixture
def cards(monkeypatch):
    free = {"cuda:0": 10, "cuda:1": 30, "cuda:2": 20}
    monkeypatch.setattr(devices, "available", lambda: list(CARDS))
    monkeypatch.setattr(devices, "free_memory", free.__getitem__)


def test_alone_auto_takes_the_card_with_the_most_free_memory(cards):
    assert devices.choose("auto") == "cuda:1"


def test_workers_take_the_cards_in_turn(cards):
    chosen = [devices.choose("auto", index=i, workers=5) for i in range(5)]
    assert chosen == ["cuda:0", "cuda:1", "cuda:2", "cuda:0", "cuda:1"]
    assert devices.choose("cuda", index=4, workers=5) == "cuda:1"


def test_a_named_card_is_taken(cards):
    assert devices.choose("cuda:2", index=1, workers=2) == "cuda:2"
    assert devices.choose("cpu") == "cpu"


@pytest.mark.parametrize("setting", ["cuda:9", "mps", "xpu:0"])
def test_a_device_that_is_not_there_lists_those_that_are(cards, setting):
    with pytest.raises(SettingsError, match="found cuda:0, cuda:1, cuda:2, cpu"):
        devices.choose(setting)


def test_without_an_accelerator_auto_is_the_cpu(monkeypatch):
    monkeypatch.setattr(devices, "available", list)
    assert devices.choose("auto", index=3, workers=4) == "cpu"
    with pytest.raises(SettingsError, match="found cpu"):
        devices.choose("cuda")


@pytest.mark.parametrize("count", [0, 1, 2])
def test_what_exists_is_asked_of_torch(monkeypatch, count):
    import torch

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,99,abc")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    found = [device for device in devices.available() if device.startswith("cuda")]
    assert found == [f"cuda:{i}" for i in range(count)]


def test_the_cpu_needs_no_torch():
    code = (
        "import sys; from pytest_ptm.devices import choose, divide_threads; "
        "choose('cpu'); divide_threads(1); print('torch' in sys.modules)"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.strip() == "False"


def test_threads_are_divided_unless_somebody_set_them(monkeypatch):
    import torch

    told = []
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    monkeypatch.setattr(devices, "cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    devices.divide_threads(1)
    devices.divide_threads(3)
    devices.divide_threads(64)
    assert told == [2, 1]
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    devices.divide_threads(3)
    assert told == [2, 1]
