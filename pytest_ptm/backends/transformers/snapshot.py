# pyright: basic
# torch's modules are only partly typed.
"""What a model in memory is at one moment, to be told by later that it is another.

Looked at after every test, so what a module holds is compared at once with a copy of
it, and of tensors how often they were written to and where they lie. torch does not
count writes through ``.data``: for these some numbers of each tensor are looked at, or
all of a small model, and every number of others once, at the end of a run.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
import transformers

# What transformers writes as it saves a model or is asked for attentions; no answer
# depends on it. ``training`` is a switch that is looked at by itself.
_OF_CONFIGS = frozenset(
    {"_name_or_path", "architectures", "dtype", "transformers_version"}
)
_OF_MODULES = frozenset({"_output_capturing_hooks_installed", "training"})
_CONTAINERS = (dict, list, set)
# Numbers of each tensor that are looked at; of a model with no more than that, all.
_FEW = 8
_SMALL = 1 << 16
# Bytes above which nobody waits for every number.
_LARGE = 1 << 30
_CHUNK = 1 << 20
_ABSENT = object()

_Container: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class _Holder:
    """A dict, list or set, what was in it, and what it is called in a message.

    ``unheard`` are names in it that are of no account.
    """

    now: _Container
    before: _Container
    called: str
    unheard: frozenset[str] = _OF_MODULES

    def other(self) -> str | None:
        """What is other in it by now, apart from what is of no account."""
        if not isinstance(self.now, dict):
            return None if _equal(self.now, self.before) else self.called
        for name in self.now.keys() | self.before.keys():
            found = self.now.get(name, _ABSENT)
            then = self.before.get(name, _ABSENT)
            if name in self.unheard or _captures(found) or _equal(found, then):
                continue
            return self.called.replace("{}", str(name))
        return None


class Snapshot:
    """A model's weights, buffers, parts, attributes, hooks and config, as they were.

    It holds parts of the model, and lets go of them when the model is gone.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = weakref.ref(model, self._forget)
        self._look_at_parts(model)
        self._look_at_tensors(model)
        size = sum(one.numel() * one.element_size() for one in self._tensors)
        self._sums = [*map(_sum, self._tensors)] if size <= _LARGE else None

    def stayed(self) -> bool:
        """Whether nothing is other, not even a switch of the training mode."""
        return self._parts_stayed() and self._tensors_stayed()

    def difference(self) -> str | None:
        """What is other by now, in words; None if nothing is, or the model is gone."""
        model = self._model()
        if model is None or self.stayed():
            return None
        found = self._other_part() or self._other_tensor()
        if found is None:
            # What is of no account is not looked at again after the next test.
            self._look_at_parts(model)
            self._look_at_tensors(model)
        return found

    def other_numbers(self) -> bool:
        """Whether any number is another one, so far as the model is small enough."""
        if self._model() is None or self._sums is None:
            return False
        return [*map(_sum, self._tensors)] != self._sums

    def _look_at_parts(self, model: torch.nn.Module) -> None:
        holders = list(_holders(model))
        # Most of them are empty, such as those of hooks.
        self._holders = [one for one in holders if one.now]
        self._empty = [one for one in holders if not one.now]
        self._now = [one.now for one in self._holders]
        self._before = [one.before for one in self._holders]
        self._none = [one.now for one in self._empty]

    def _look_at_tensors(self, model: torch.nn.Module) -> None:
        weights, others = list(model.parameters()), list(model.buffers())
        for module in model.modules():
            held = vars(module).values()
            others += [one for one in held if isinstance(one, torch.Tensor)]
        self._weights, self._tensors = len(weights), weights + others
        self._other_sums = [*map(_sum, others)]
        # Tensors made under inference_mode do not count, and cannot be trained either.
        self._counted = [one for one in self._tensors if not one.is_inference()]
        self._written = _written(self._tensors, self._counted)
        self._few = _few(self._tensors)
        self._numbers = [*map(_bytes, self._few)]

    def _parts_stayed(self) -> bool:
        return not any(self._none) and _equal(self._now, self._before)

    def _tensors_stayed(self) -> bool:
        return (
            _written(self._tensors, self._counted) == self._written
            and self._numbers_stayed()
        )

    def _numbers_stayed(self) -> bool:
        pairs = zip(self._few, self._numbers, strict=True)
        return all(torch.equal(_bytes(now), before) for now, before in pairs)

    def _other_part(self) -> str | None:
        found = (each.other() for each in (*self._holders, *self._empty))
        return next((one for one in found if one), None)

    def _other_tensor(self) -> str | None:
        versions, places = _written(self._tensors, self._counted)
        then_versions, then_places = self._written
        weights = {id(one) for one in self._tensors[: self._weights]}
        counted = zip(self._counted, versions, then_versions, strict=True)
        if places != then_places or any(
            now != then and id(one) in weights for one, now, then in counted
        ):
            return "weights"
        # Who put back what a buffer held wrote to it too.
        if [*map(_sum, self._tensors[self._weights :])] != self._other_sums:
            return "numbers in a buffer"
        return None if self._numbers_stayed() else "weights"

    def _forget(self, _: object) -> None:
        self._holders = self._empty = self._now = self._before = self._none = []
        self._tensors = self._counted = self._few = self._numbers = []


def _holders(model: torch.nn.Module) -> Iterator[_Holder]:
    """Everything that holds state of the model; configs, which parts share, once."""
    configs: dict[int, Any] = {}
    for place, module in model.named_modules():
        own, dot = vars(module), f"{place}." if place else ""
        for name, held in own.items():
            if type(held) in _CONTAINERS or isinstance(held, dict):
                yield _Holder(held, _copy(held), _held_in(name, dot))
            elif isinstance(held, transformers.PretrainedConfig):
                configs[id(held)] = held
        yield _Holder(own, dict(own), dot + "{}")
    for config in configs.values():
        own = vars(config)
        yield _Holder(own, dict(own), "config.{}", _OF_CONFIGS)
        for name, held in own.items():
            if type(held) in _CONTAINERS and name not in _OF_CONFIGS:
                yield _Holder(held, _copy(held), f"config.{name}")


def _held_in(name: str, dot: str) -> str:
    if name == "_parameters":
        return "weights"
    return dot + ("{}" if name in {"_modules", "_buffers"} else name)


def _copy(held: _Container) -> _Container:
    # A dict compares with an ordered one much faster than two of these do.
    return dict(held) if isinstance(held, dict) else held.copy()


def _captures(hook: object) -> bool:
    """Whether this is a hook of transformers' own, which only listens."""
    return str(getattr(hook, "__module__", "")).endswith(".output_capturing")


def _equal(now: object, before: object) -> bool:
    try:
        return bool(now == before)
    except (RuntimeError, TypeError, ValueError):
        # Of two tensors or arrays, which are then not one and the same.
        return now is before


def _written(
    tensors: list[torch.Tensor], counted: list[torch.Tensor]
) -> tuple[list[int], list[int]]:
    """How often each was written to, and where each lies."""
    return [one._version for one in counted], [one.data_ptr() for one in tensors]


def _few(tensors: list[torch.Tensor]) -> list[list[torch.Tensor]]:
    """Numbers from all over each tensor where they lie, by number format and device."""
    small = sum(one.numel() for one in tensors) <= _SMALL
    groups: dict[tuple[torch.dtype, torch.device], list[torch.Tensor]] = {}
    with torch.inference_mode():
        for one in tensors:
            most = one.numel() if small else min(_FEW, one.numel())
            count = most if one.is_contiguous() else min(1, most)
            step = one.numel() // max(count, 1)
            part = one.detach().as_strided((count,), (max(step, 1),))
            groups.setdefault((one.dtype, one.device), []).append(part)
    return list(groups.values())


def _bytes(parts: list[torch.Tensor]) -> torch.Tensor:
    # As bytes, for NaN is not equal to itself.
    with torch.inference_mode():
        return torch.cat(parts).view(torch.uint8)


def _sum(tensor: torch.Tensor) -> int:
    """A number that is another one when any number is, or two have changed places."""
    with torch.inference_mode():
        data = tensor.detach().contiguous().view(-1).view(torch.uint8)
        whole = len(data) // 8 * 8
        words = data[:whole].view(torch.int64)
        total = _weighted(data[whole:].long())
        for start in range(0, len(words), _CHUNK):
            total = total * 31 + _weighted(words[start : start + _CHUNK])
        return total % (1 << 64)


def _weighted(words: torch.Tensor) -> int:
    """Their sum, each by an odd factor of its own; it wraps, and loses no change."""
    return int((words * (2 * torch.arange(len(words), device=words.device) + 1)).sum())
