# pyright: basic
# torch's modules are only partly typed.
"""What a forward may change in a model beside its weights, and how it is put back.

BigBird switches to full attention at its first short text and never back; rotary
embeddings grow with the longest text seen. A model that remembers what it was asked
would answer by the order of the questions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Iterator
from operator import is_
from typing import Any

import torch
import transformers

# What every module has of torch itself: hooks and the like, which no forward fills. Its
# parts and buffers are looked at by themselves.
_OF_TORCH = frozenset(vars(torch.nn.Module()))
_CONTAINERS = (dict, list, set)


class ModuleState:
    """Attributes, parts, buffers and configs of a model, kept through its forwards.

    Seen are other values of attributes and config fields, parts and buffers put in the
    place of others, what is added to or taken from dicts, lists and sets, and writes
    into a buffer. Not seen: what changes inside of other objects.
    """

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._copies: dict[int, tuple[torch.Tensor, int, torch.Tensor]] = {}

    @contextlib.contextmanager
    def kept(self) -> Generator[None]:
        """Whatever happens inside, the model is afterwards as it is now.

        What a test changes between two questions is thereby left alone.
        """
        held = [_Held(one) for one in _holders(self._model)]
        buffers = self._buffers()
        try:
            yield
        finally:
            # The latest holder first: a list is put back before what it stood in.
            for one in reversed(held):
                one.put_back()
            _write_back(buffers)

    def _buffers(self) -> dict[int, tuple[torch.Tensor, int, torch.Tensor]]:
        """Each buffer with its version and a copy; copied again only if written to."""
        known, self._copies = self._copies, {}
        for module in self._model.modules():
            for buffer in module._buffers.values():
                if buffer is None:
                    continue
                entry, version = known.get(id(buffer)), _version(buffer)
                if entry is None or entry[0] is not buffer or entry[1] != version:
                    entry = (buffer, version, buffer.detach().clone())
                self._copies[id(buffer)] = entry
        return self._copies


class LeftAlone(ModuleState):
    """Nothing is kept: somebody else does, around all forwards together."""

    @contextlib.contextmanager
    def kept(self) -> Generator[None]:
        """Whatever happens inside stays."""
        yield


class _Held:
    """A dict, list or set, and what was in it."""

    __slots__ = ("_copy", "_now")

    def __init__(self, now: Any) -> None:  # noqa: ANN401 - any of three
        self._now, self._copy = now, now.copy()

    def put_back(self) -> None:
        now, copy = self._now, self._copy
        if isinstance(now, list):
            if not _identical(now, copy):
                now[:] = copy
        elif not _identical(now, copy) or (
            isinstance(now, dict) and not _identical(now.values(), copy.values())
        ):
            now.clear()
            now.update(copy)


def _identical(now: Collection[Any], before: Collection[Any]) -> bool:
    # By identity: what a tensor equals is another tensor, not a yes or no.
    return len(now) == len(before) and all(map(is_, now, before))


def _holders(model: torch.nn.Module) -> Iterator[Any]:
    """Everything that holds state of the model, each once."""
    configs: dict[int, Any] = {}
    for module in model.modules():
        own = vars(module)
        yield own
        yield own["_buffers"]
        yield own["_modules"]
        for name in own.keys() - _OF_TORCH:
            value = own[name]
            if type(value) in _CONTAINERS:
                yield value
            elif isinstance(value, transformers.PretrainedConfig):
                configs[id(value)] = value
    for config in list(configs.values()):
        for value in vars(config).values():
            if isinstance(value, transformers.PretrainedConfig):
                configs[id(value)] = value
    for config in configs.values():
        yield vars(config)


def _write_back(buffers: dict[int, tuple[torch.Tensor, int, torch.Tensor]]) -> None:
    for key, (buffer, version, copy) in buffers.items():
        if _version(buffer) != version:
            with torch.no_grad():
                buffer.copy_(copy)
            buffers[key] = (buffer, _version(buffer), copy)


def _version(buffer: torch.Tensor) -> int:
    # Tensors made under inference_mode do not count what is written to them.
    return 0 if buffer.is_inference() else buffer._version
