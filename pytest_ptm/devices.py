"""Which accelerators exist, how much memory is free, and which one a worker gets."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from pytest_ptm.ground.display import counted
from pytest_ptm.ground.errors import ArgumentError, SettingsError
from pytest_ptm.ground.machine import cpu_model, versions

ACCELERATORS = ("cuda", "xpu", "mps")


def choose(setting: str, *, index: int = 0, workers: int = 1) -> str:
    """The device that a setting means for worker ``index`` of ``workers``.

    ``auto``: under several workers, device ``index`` modulo their count; alone, the one
    with the most free memory; without an accelerator, ``cpu``. What exists is asked of
    torch, never read from CUDA_VISIBLE_DEVICES, which has too many spellings.

    Raises:
        SettingsError: the device does not exist; the message lists those that do.
    """
    if setting == "cpu":
        return "cpu"
    found = available()
    if setting == "auto":
        return _auto(found, index, workers)
    kind = setting.partition(":")[0]
    same_kind = [device for device in found if device.partition(":")[0] == kind]
    if not same_kind or (":" in setting and setting not in found):
        raise SettingsError(
            f"--ptm-device {setting!r} does not exist; "
            f"found {', '.join([*found, 'cpu'])}. Use one of these, or 'auto'"
        )
    return setting if ":" in setting else same_kind[index % len(same_kind)]


def available() -> list[str]:
    """Every accelerator torch can use, such as ``cuda:0``; empty on a plain machine."""
    import torch

    found: list[str] = []
    for kind in ACCELERATORS:
        module = getattr(torch, kind, None)
        if module is None or not module.is_available():
            continue
        count = module.device_count() if kind != "mps" else 1
        found += [kind] if kind == "mps" else [f"{kind}:{i}" for i in range(count)]
    return found


def free_memory(device: str) -> int:
    """Free bytes on an accelerator; 0 where torch cannot say."""
    import torch

    kind, _, number = device.partition(":")
    module = getattr(torch, kind)
    if not hasattr(module, "mem_get_info"):
        return 0
    return int(module.mem_get_info(int(number))[0])


def described() -> list[str]:
    """Cores, threads and accelerators, one line each, for a bug report."""
    import torch

    lines = [f"cpu           {cpu_count()} cores, {torch.get_num_threads()} threads"]
    for device in available():
        free = free_memory(device) / 2**30
        said = f"{free:z.1f} GiB free" if free else "free memory unknown"
        lines.append(f"{device:<13} {said}")
    return lines


def divide_threads(workers: int) -> None:
    """Give this worker its share of the CPU's cores, unless the user set a number."""
    if workers < 2 or "OMP_NUM_THREADS" in os.environ:
        return
    import torch

    torch.set_num_threads(max(1, cpu_count() // workers))


def threads() -> int:
    """Threads this process may work in: those of torch, once that is there."""
    torch = sys.modules.get("torch")
    return cpu_count() if torch is None else torch.get_num_threads()


def cpu_count() -> int:
    """Cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _auto(found: list[str], index: int, workers: int) -> str:
    if not found:
        return "cpu"
    if workers > 1:
        return found[index % len(found)]
    return max(found, key=free_memory)


def synchronise(device: str) -> None:
    """Wait until an accelerator has done all that it was given; a CPU always has."""
    kind, _, number = device.partition(":")
    if kind not in ACCELERATORS:
        return
    import torch

    module = getattr(torch, kind)
    module.synchronize(*([int(number)] if number else []))


def peak_allocated(device: str, do: Callable[[], None]) -> int:
    """How many bytes torch holds on an accelerator, at the peak, beyond those before.

    Of all of its kind together: a model may be spread over several, of which a report
    names the first. Their peaks are added, and so none of the sum is below its own.

    Raises:
        ArgumentError: torch counts no peak of this device.
    """
    import torch

    kind = device.partition(":")[0]
    module = getattr(torch, kind)
    if not hasattr(module, "max_memory_allocated"):
        raise ArgumentError(f"torch does not say the peak memory of {kind}")
    every = range(module.device_count())
    for number in every:
        module.synchronize(number)
        module.reset_peak_memory_stats(number)
    before = sum(int(module.memory_allocated(number)) for number in every)
    do()
    for number in every:
        module.synchronize(number)
    return sum(int(module.max_memory_allocated(each)) for each in every) - before


def at_work() -> list[str]:
    """The kinds of accelerators this process has begun to use through torch."""
    torch = sys.modules.get("torch")
    modules = {kind: getattr(torch, kind, None) for kind in ("cuda", "xpu")}
    return [
        kind
        for kind, module in modules.items()
        if module is not None and module.is_initialized()
    ]


def machine(device: str) -> str:
    """What a time was measured on: processor, cores, threads, device, versions."""
    # Whose model needs no torch does not wait for it to be imported.
    torch = sys.modules.get("torch")
    where = device
    if torch is not None and device.partition(":")[0] == "cuda":
        where = f"{device} ({torch.cuda.get_device_name(device)})"
    cores = counted(cpu_count(), "core")
    at_work = counted(threads(), "thread")
    return f"{cpu_model()}, {cores}, {at_work}, on {where}; {versions()}"
