"""What the instructions of a function name: globals, and modules that it imports."""

from __future__ import annotations

import dis
import importlib
import importlib.util
from collections.abc import Iterator
from types import CodeType, ModuleType


def globals_of(code: CodeType) -> set[str]:
    """Names that the code, or a function inside of it, looks up in its module."""
    return {
        str(one.argval)
        for each in _codes(code)
        for one in dis.get_instructions(each)
        if one.opname in {"LOAD_GLOBAL", "LOAD_NAME"}
    }


def imports_of(code: CodeType, package: str) -> set[str]:
    """Full names of the modules that the code, or a function inside of it, imports."""
    return {name for each in _codes(code) for name in _imported(each, package)}


def module_of(name: str) -> ModuleType | None:
    """The module of this name, imported as the function would; None if there is none.

    Known by its name and version only once it is there, so it may not matter who comes
    first: this, or the function's first call.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _imported(code: CodeType, package: str) -> Iterator[str]:
    instructions = list(dis.get_instructions(code))
    for place, one in enumerate(instructions):
        if one.opname != "IMPORT_NAME":
            continue
        # How many packages up, and the names taken, are loaded just before.
        levels = [each.argval for each in instructions[max(place - 2, 0) : place]]
        level = next((each for each in levels if type(each) is int), 0)
        if level and not package:
            continue  # fails wherever it is run
        name = "." * level + str(one.argval)
        found = importlib.util.resolve_name(name, package)
        yield found
        # What is taken out of a package may be a module too.
        for each in instructions[place + 1 :]:
            if each.opname == "IMPORT_NAME":
                break
            if each.opname == "IMPORT_FROM":
                yield f"{found}.{each.argval}"
