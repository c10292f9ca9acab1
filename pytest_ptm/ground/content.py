"""What a value is made of, as one digest: equal in every process, other where it is.

For functions and fitted estimators, which have no files that could be hashed. Neither
addresses nor pickles stand in it: values by their content, code by its instructions,
objects by what they are made again from, libraries by name and version.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import re
import sys
from collections.abc import Iterable, Mapping, Set
from pathlib import Path
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.instructions import globals_of, imports_of, module_of

_Foreign: TypeAlias = Any
"""Whatever somebody's object holds: it is looked at, and nothing of it is promised."""

_PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))
_INSTALLED = {"site-packages", "dist-packages"}
# How long a search took, where steps are kept, an address, what the next fit would
# draw: other in each process, and no answer depends on them.
_OF_THE_FIT = re.compile(
    r"cv_results_|refit_time_|memory|_stop_words_id|_.*(rng|random).*"
)
_NOT_BEHAVIOUR = {"__repr__", "__str__", "__hash__"}


def content_digest_of(value: object, *, of: str) -> str:
    """SHA-256 of everything that the value is made of.

    Raises:
        ArgumentError: it holds something whose content cannot be read, such as an open
            connection; ``of`` is what the message calls the whole.
    """
    return _Reader(of).read(value, "").hex()


def is_installed(module: str) -> bool:
    """Whether a module is of an installed library, known by its name and version."""
    return _library(module) is not None


class _Reader:
    """Digests of parts, kept while the whole is read: shared parts are read once."""

    def __init__(self, of: str) -> None:
        self._of = of
        self._known: dict[int, bytes] = {}
        self._open: list[int] = []
        # Alive until the end: an address says nothing of what came to stand there.
        self._kept: list[object] = []

    def read(self, value: object, where: str) -> bytes:
        if type(value) in _PLAIN:
            return _hash(type(value).__name__, repr(value))
        address = id(value)
        if address in self._open:  # a circle: how far back it leads
            return _hash("again", str(len(self._open) - self._open.index(address)))
        if address not in self._known:
            self._open.append(address)
            self._kept.append(value)
            try:
                self._known[address] = self._parts(value, where)
            finally:
                self._open.pop()
        return self._known[address]

    def _parts(self, value: _Foreign, where: str) -> bytes:
        kind = cast("type[Any]", type(value))
        match value:
            case np.ndarray() if kind.__name__ != "MaskedArray":
                return self._array(cast("NDArray[Any]", value), where)
            case np.generic():
                return self._array(np.asarray(cast("Any", value)), where)
            case np.dtype():
                return _hash("dtype", value.str, repr(value.descr))
            case np.ufunc():
                return _hash("ufunc", value.__name__, np.__version__)
            case ModuleType():
                return self._module(value, where)
            case type():
                return self._class(cast("type[Any]", value), where)
            case CodeType():
                return self._code(value, where)
            case FunctionType():
                return self._function(value, where)
            case MethodType():
                return self._each("method", (value.__func__, value.__self__), where)
            case staticmethod() | classmethod():
                return self._each("static", (cast("Any", value).__func__,), where)
            case re.Pattern():
                found = cast("re.Pattern[Any]", value)
                return _hash("pattern", repr(found.pattern), str(found.flags))
            case functools.cached_property():
                # Up to Python 3.11 it has a lock beside its function.
                func = cast("Any", value).func
                return self._each("cached property", (func,), where)
            case property():
                return self._each("property", (value.fget,), where)
            case GetSetDescriptorType() | MemberDescriptorType():
                return _hash("slot", value.__name__)
            case BuiltinFunctionType():
                owner = value.__self__
                held = () if isinstance(owner, ModuleType | None) else (owner,)
                name = _hash("builtin", str(value.__module__), value.__qualname__)
                return _hash(name, self._each("owner", held, where))
            case _ if kind in {list, tuple}:
                return self._each(kind.__name__, value, where)
            case _ if kind in {set, frozenset}:
                members = cast("Set[object]", value)
                return _hash("set", *sorted(self.read(one, where) for one in members))
            case _ if kind is dict:
                return self._pairs(cast("Mapping[object, object]", value), where)
            case _ if _top(kind) == "torch" and hasattr(value, "detach"):
                return self._tensor(value, where)
            case _ if _top(kind) == "tokenizers" and hasattr(value, "to_str"):
                return self._each("tokenizer", (_tokenizer(value),), where)
            case _:
                return self._object(value, where)

    def _each(self, kind: str, parts: Iterable[object], where: str) -> bytes:
        return _hash(
            kind,
            *(self.read(part, f"{where}[{i}]") for i, part in enumerate(parts)),
        )

    def _pairs(self, pairs: Mapping[Any, object], where: str) -> bytes:
        # In their order, which a rule that takes the first word found depends on.
        found: list[bytes] = []
        for key, value in pairs.items():
            name = f"{where}.{key}" if isinstance(key, str) else f"{where}[…]"
            found += [self.read(key, where), self.read(value, name)]
        return _hash("dict", *found)

    def _array(self, array: NDArray[Any], where: str) -> bytes:
        shape = repr(array.shape)
        if array.dtype.hasobject and array.dtype.names is None:
            held = self._each("objects", array.ravel().tolist(), where)
            return _hash("array", shape, held)
        if array.dtype.names is not None:
            # Field by field: what lies between them was never written.
            fields = [self._array(array[name], where) for name in array.dtype.names]
            return _hash("fields", shape, repr(array.dtype.names), *fields)
        return _hash(
            "array", array.dtype.str, shape, np.ascontiguousarray(array).tobytes()
        )

    def _tensor(self, tensor: _Foreign, where: str) -> bytes:
        if tensor.layout is not sys.modules["torch"].strided:
            raise self._unreadable(tensor, where)
        held = tensor.detach().cpu().contiguous()
        # As bytes: NumPy has no bfloat16.
        data = held.reshape(-1).view(dtype=sys.modules["torch"].uint8).numpy()
        return _hash("tensor", str(held.dtype), repr(tuple(held.shape)), data.tobytes())

    def _module(self, module: ModuleType, where: str) -> bytes:
        library = _library(module.__name__)
        if library is not None:
            return _hash("module", module.__name__, library)
        source = getattr(module, "__file__", None)
        if source is None or not Path(source).is_file():
            raise self._unreadable(module, where)
        return _hash("module", Path(source).read_bytes())

    def _class(self, kind: type[Any], where: str) -> bytes:
        name = f"{kind.__module__}.{kind.__qualname__}"
        library = _library(kind.__module__)
        if library is not None:
            return _hash("class", name, library)
        held = {
            key: value
            for key, value in sorted(vars(kind).items())
            if key not in _NOT_BEHAVIOUR and _is_behaviour(key, value)
        }
        inside = f"{where}.{kind.__name__}"
        bases = self._each("bases", kind.__bases__, inside)
        return _hash("class", kind.__qualname__, bases, self._pairs(held, inside))

    def _function(self, function: FunctionType, where: str) -> bytes:
        library = _library(function.__module__ or "")
        name = function.__qualname__
        # One that a library made for somebody is more than its name.
        if library is not None and "<" not in name and not function.__closure__:
            return _hash("function", f"{function.__module__}.{name}", library)
        inside = f"{where}.{function.__name__}"
        registry = getattr(function, "registry", None)
        if isinstance(registry, MappingProxyType):  # of functools.singledispatch
            chosen = dict(cast("Mapping[object, object]", registry))
            return _hash("dispatch", self._pairs(chosen, inside))
        cells = dict(
            zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
        )
        used = sorted(globals_of(function.__code__) & function.__globals__.keys())
        return _hash(
            "function",
            self._code(function.__code__, inside),
            self.read(function.__defaults__, f"{inside} defaults"),
            self.read(function.__kwdefaults__, f"{inside} defaults"),
            self._pairs({key: _inside(cell) for key, cell in cells.items()}, inside),
            self._pairs({key: function.__globals__[key] for key in used}, inside),
            self._pairs(dict(vars(function)), inside),
            self._pairs(self._imported(function), f"{inside} imports"),
        )

    def _imported(self, function: FunctionType) -> dict[str, ModuleType | None]:
        """The modules that are imported as the function runs."""
        package = str(function.__globals__.get("__package__") or "")
        names = sorted(imports_of(function.__code__, package))
        return {name: module_of(name) for name in names}

    def _code(self, code: CodeType, where: str) -> bytes:
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        return _hash(
            "code",
            code.co_code,
            code.co_exceptiontable,
            repr((counts, code.co_flags, names)),
            self._each("constants", code.co_consts, where),
        )

    def _object(self, value: _Foreign, where: str) -> bytes:
        kind = cast("type[Any]", type(value))
        try:
            made = value.__reduce_ex__(4)
        # Whatever it says: locks, sockets and the like refuse to be taken apart.
        except Exception as error:
            raise self._unreadable(value, where) from error
        wrapped = getattr(value, "__wrapped__", None)
        if isinstance(made, str):
            # It stands in a module under this name: a compiled function, mostly.
            if wrapped is not None:
                return self._each("wrapped", (kind, wrapped), where)
            module = str(getattr(value, "__module__", ""))
            library = _library(module)
            if library is None:
                raise self._unreadable(value, where)
            return _hash("named", f"{module}.{made}", library)
        maker, arguments, state, items, pairs = (*made, None, None, None)[:5]
        learned = cast("dict[str, object]", state) if isinstance(state, dict) else {}
        if _top(kind) == "sklearn":
            learned = {k: v for k, v in learned.items() if not _is_of_the_fit(kind, k)}
        return _hash(
            "object",
            self.read(kind, where),
            self.read(maker, where),
            self.read(arguments, where),
            self._pairs(learned, where),
            self.read(None if isinstance(state, dict) else state, where),
            self._each("items", list(items or ()), where),
            self._pairs(dict(pairs or ()), where),
        )

    def _unreadable(self, value: object, where: str) -> ArgumentError:
        place = where.lstrip(".") or "it"
        return ArgumentError(
            f"{self._of}: {place} is a {type(value).__name__}, whose content cannot be "
            "told from another one's. Say yourself what the answers depend on: "
            "fingerprint='a text that changes whenever they may'"
        )


def _hash(*parts: str | bytes) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.digest()


def _top(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _library(module: str) -> str | None:
    """The version of an installed library; None of a module that is somebody's own."""
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names:
        return sys.version.partition(" ")[0] if top != "__main__" else None
    held = sys.modules.get(top)
    where = Path(getattr(held, "__file__", None) or "")
    if top != "pytest_ptm" and not _INSTALLED & set(where.parts):
        return None
    version = getattr(held, "__version__", None)
    if isinstance(version, str):
        return version
    try:
        return importlib.metadata.version(top)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _is_of_the_fit(kind: type[Any], name: str) -> bool:
    """Whether no answer depends on this attribute of a class of scikit-learn's."""
    drawn = kind.__name__.startswith("_") and name == "random_state"
    return drawn or _OF_THE_FIT.fullmatch(name) is not None


def _inside(cell: _Foreign) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _is_behaviour(name: str, value: object) -> bool:
    """Whether what stands in a class may decide about an answer."""
    if not (name.startswith("__") and name.endswith("__")):
        return name != "_abc_impl"
    # What a dataclass writes for itself follows from its fields.
    return isinstance(value, FunctionType) and value.__code__.co_filename != "<string>"


def _tokenizer(tokenizer: _Foreign) -> str:
    """A fast tokenizer without what the last call left in it."""
    import json

    held = json.loads(tokenizer.to_str())
    for of_a_call in ("truncation", "padding"):
        held.pop(of_a_call, None)
    return json.dumps(held, sort_keys=True)
