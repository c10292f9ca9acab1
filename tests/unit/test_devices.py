"""Which device a setting means, on machines that are made up."""

from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

from pytest_ptm import devices
from pytest_ptm.behaviours.timing import peak_while
from pytest_ptm.ground.errors import ArgumentError, SettingsError

GIB = 1 << 30


@pytest.fixture
def machine(monkeypatch):
    """A machine with these accelerators, and this much free memory on each."""

    def with_free(**free):
        sizes = {name.replace("_", ":"): size * GIB for name, size in free.items()}
        monkeypatch.setattr(devices, "available", lambda: list(sizes))
        monkeypatch.setattr(devices, "free_memory", sizes.__getitem__)

    return with_free


def test_auto_is_the_cpu_on_a_plain_machine(machine):
    machine()
    assert devices.choose("auto") == "cpu"
    assert devices.choose("auto", index=3, workers=4) == "cpu"


def test_auto_alone_takes_the_device_with_the_most_free_memory(machine):
    machine(cuda_0=3, cuda_1=60, cuda_2=59)
    assert devices.choose("auto") == "cuda:1"


def test_auto_alone_takes_the_first_of_equals(machine):
    machine(cuda_0=5, cuda_1=5)
    assert devices.choose("auto") == "cuda:0"


@pytest.mark.parametrize("setting", ["auto", "cuda"])
def test_workers_take_turns(setting, machine):
    machine(cuda_0=1, cuda_1=60)
    chosen = [devices.choose(setting, index=i, workers=5) for i in range(5)]
    assert chosen == ["cuda:0", "cuda:1", "cuda:0", "cuda:1", "cuda:0"]


def test_a_kind_takes_its_own_devices_only(machine):
    machine(cuda_0=1, xpu_0=1, xpu_1=1)
    assert [devices.choose("xpu", index=i, workers=3) for i in range(3)] == [
        "xpu:0",
        "xpu:1",
        "xpu:0",
    ]


@pytest.mark.parametrize("index", [0, 1])
def test_a_numbered_device_is_that_device_for_every_worker(index, machine):
    machine(cuda_0=1, cuda_1=60)
    assert devices.choose("cuda:0", index=index, workers=2) == "cuda:0"


def test_mps_has_no_number(machine):
    machine(mps=0)
    assert devices.choose("mps") == "mps"
    assert devices.choose("auto") == "mps"


@pytest.mark.parametrize(
    ("setting", "free", "found"),
    [
        ("cuda", {}, "found cpu."),
        ("cuda:9", {"cuda_0": 1, "cuda_1": 1}, "found cuda:0, cuda:1, cpu."),
        ("xpu", {"cuda_0": 1}, "found cuda:0, cpu."),
        ("mps", {"cuda_0": 1}, "found cuda:0, cpu."),
    ],
)
def test_a_device_that_does_not_exist_is_refused_with_those_that_do(
    setting, free, found, machine
):
    machine(**free)
    with pytest.raises(SettingsError) as refused:
        devices.choose(setting)
    assert f"--ptm-device {setting!r} does not exist; {found}" in str(refused.value)
    assert "or 'auto'" in str(refused.value)


@pytest.mark.parametrize("count", [0, 1, 3])
@pytest.mark.parametrize("visible", ["", "0,99,abc", "GPU-8f2c", "MIG-1a2b", "-1"])
def test_what_exists_is_asked_of_torch_and_not_read_from_the_environment(
    count, visible, monkeypatch
):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
    for kind in ("xpu", "mps"):
        absent = SimpleNamespace(is_available=lambda: False)
        monkeypatch.setattr(torch, kind, absent, raising=False)
    assert devices.available() == [f"cuda:{i}" for i in range(count)]


def test_a_torch_without_a_kind_has_no_device_of_it(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.delattr(torch, "xpu", raising=False)
    monkeypatch.setattr(torch, "mps", SimpleNamespace(is_available=lambda: True))
    assert devices.available() == ["mps"]


def test_free_memory_is_asked_of_the_device_itself(monkeypatch):
    asked = []

    def mem_get_info(number):
        asked.append(number)
        return 7 * GIB, 80 * GIB

    monkeypatch.setattr(torch.cuda, "mem_get_info", mem_get_info)
    assert devices.free_memory("cuda:2") == 7 * GIB
    assert asked == [2]


def test_free_memory_is_none_where_torch_cannot_say(monkeypatch):
    monkeypatch.setattr(torch, "mps", SimpleNamespace())
    assert devices.free_memory("mps") == 0


def test_the_cpu_is_chosen_without_importing_torch():
    code = (
        "import sys; from pytest_ptm.devices import choose; "
        "assert choose('cpu', index=1, workers=2) == 'cpu'; "
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.fixture
def threads(monkeypatch):
    """The numbers of threads that torch was told to use, on eight cores."""
    told = []
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    monkeypatch.setattr(devices, "cpu_count", lambda: 8)
    return told


@pytest.mark.parametrize(("workers", "each"), [(2, 4), (3, 2), (8, 1), (20, 1)])
def test_workers_divide_the_cores(workers, each, threads):
    devices.divide_threads(workers)
    assert threads == [each]


@pytest.mark.parametrize("workers", [0, 1])
def test_a_process_alone_keeps_all_cores(workers, threads):
    devices.divide_threads(workers)
    assert threads == []


def test_a_number_of_threads_that_the_user_set_is_left_alone(threads, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    devices.divide_threads(4)
    assert threads == []


def test_cores_are_those_this_process_may_run_on(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 5}, raising=False)
    assert devices.cpu_count() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert devices.cpu_count() == 1


@pytest.fixture
def cuda(monkeypatch):
    """Two accelerators that are made up: they say what they were told, and hold bytes.

    Of each what it holds now, and what it held at the most.
    """
    told, now, most = [], [100, 100], [100, 100]

    def reset(device):
        most[device] = now[device]
        told.append(f"reset {device}")

    fake = SimpleNamespace(
        synchronize=lambda device: told.append(f"wait {device}"),
        reset_peak_memory_stats=reset,
        memory_allocated=lambda device: now[device],
        max_memory_allocated=lambda device: most[device],
        device_count=lambda: 2,
        is_initialized=lambda: True,
    )
    monkeypatch.setattr(torch, "cuda", fake)
    return told, most


def test_an_accelerator_is_waited_for_and_a_cpu_is_not(cuda, monkeypatch):
    told, _ = cuda
    devices.synchronise("cuda:1")
    devices.synchronise("cpu")
    assert told == ["wait 1"]
    monkeypatch.setattr(torch.mps, "synchronize", lambda: told.append("wait mps"))
    devices.synchronise("mps")
    assert told == ["wait 1", "wait mps"]


@pytest.mark.parametrize("device", ["cuda", "cuda:0", "cuda:1"])
def test_the_peak_of_an_accelerator_is_beyond_what_it_held(cuda, device):
    """Wherever a model lies, whose device is that of its first layer."""
    told, most = cuda
    most[:] = [10_000, 10_000]

    def work():
        told.append("work")
        most[:] = [350, 140]

    assert devices.peak_allocated(device, work) == 250 + 40
    assert told == [
        *("wait 0", "reset 0", "wait 1", "reset 1"),
        *("work", "wait 0", "wait 1"),
    ]


def test_memory_that_a_function_takes_on_an_accelerator_is_seen(cuda, monkeypatch):
    _, most = cuda

    def work():
        most[1] = 500_000_100

    found = peak_while("cpu", work)
    assert found.nbytes == pytest.approx(500e6, rel=0.01)
    assert found.how.endswith(", and torch's allocator on cuda")
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    assert peak_while("cpu", work).nbytes < 1e6


def test_an_accelerator_without_a_count_is_refused(monkeypatch):
    monkeypatch.setattr(torch, "mps", SimpleNamespace(synchronize=lambda: None))
    with pytest.raises(ArgumentError, match="peak memory of mps"):
        devices.peak_allocated("mps", lambda: None)


def test_a_machine_says_what_a_time_was_measured_on(monkeypatch):
    monkeypatch.setattr(devices, "cpu_count", lambda: 8)
    monkeypatch.setattr(devices, "cpu_model", lambda: "Some Chip")
    said = devices.machine("cpu")
    assert said.startswith("Some Chip, 8 cores, ")
    assert f"on cpu; Python {sys.version.split()[0]}, torch {torch.__version__}" in said


def test_threads_are_those_of_torch_once_it_is_there(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    assert devices.threads() == 3
    monkeypatch.delitem(sys.modules, "torch")
    monkeypatch.setattr(devices, "cpu_count", lambda: 5)
    assert devices.threads() == 5
