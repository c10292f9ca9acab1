"""What an object of another library is set to, said the same in every process."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Set
from types import ModuleType
from typing import cast

from pytest_ptm.ground.errors import ArgumentError

_UNHEARD = frozenset({"verbose", "device", "include_detail", "parent_change_seq"})
"""What has no bearing on the text that comes out."""


def fingerprint(given: object, *, of: str) -> str:
    """Eight digits that differ where settings or data of the object do.

    Raises:
        ArgumentError: it holds something that cannot be told from another; ``of`` is
            what the message calls the object.
    """
    said = _said(given, of)
    return hashlib.blake2b(
        said.encode("utf-8", "surrogatepass"), digest_size=4
    ).hexdigest()


def _said(given: object, of: str) -> str:
    match given:
        case None | bool() | int() | float() | str() | bytes():
            return repr(given)
        case re.Pattern():
            pattern = cast("re.Pattern[str]", given)
            return f"re({pattern.pattern!r}, {pattern.flags})"
        case Mapping():
            pairs = cast("Mapping[object, object]", given).items()
            said = sorted(f"{_said(k, of)}: {_said(v, of)}" for k, v in pairs)
            return f"{{{', '.join(said)}}}"
        case Set():
            members = cast("Set[object]", given)
            return f"set({', '.join(sorted(_said(each, of) for each in members))})"
        case _ if type(given) in {list, tuple}:
            return _listed(cast("list[object]", given), of)
        case _ if type(given).__module__.partition(".")[0] == "nltk":
            # Corpora and taggers, which are what nltk's data folder has by that name.
            return type(given).__qualname__
        case _ if isinstance(given, type) or callable(given):
            return _function(cast("Callable[..., object]", given), of)
        case _ if _is_of_nlpaug(given):
            return _settings(given, of)
        case _:
            raise ArgumentError(
                f"{of}: it holds a {type(given).__name__}, which cannot be told from "
                "another one; expected an augmenter of rules, such as KeyboardAug or "
                "SpellingAug, or a flow of them"
            )


def _listed(given: list[object], of: str) -> str:
    return f"[{', '.join(_said(each, of) for each in given)}]"


def _is_of_nlpaug(given: object) -> bool:
    """Whether its class, or one that it inherits from, is nlpaug's."""
    return any(
        each.__module__.partition(".")[0] == "nlpaug" for each in type(given).__mro__
    )


def _settings(given: object, of: str) -> str:
    kind = type(given)
    attributes = {
        name: value
        for name, value in vars(given).items()
        # Where a file lies differs between machines; what it holds is in the model.
        if name not in _UNHEARD and not name.endswith("_path")
    }
    steps = _listed(cast("list[object]", given), of) if isinstance(given, list) else ""
    return f"{kind.__module__}.{kind.__qualname__}({_said(attributes, of)}){steps}"


def _function(given: Callable[..., object], of: str) -> str:
    name = str(getattr(given, "__qualname__", ""))
    if not name or "<" in name:
        raise ArgumentError(
            f"{of}: it holds the function {name or type(given).__name__}, which cannot "
            "be told from another one; define it with def at the top of a module"
        )
    owner = cast("object", getattr(given, "__self__", None))
    if owner is None or isinstance(owner, ModuleType):
        return f"{getattr(given, '__module__', '')}.{name}"
    return f"{_said(owner, of)}.{name}"
