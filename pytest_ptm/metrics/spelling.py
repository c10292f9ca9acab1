"""Names of metrics that take settings: ``bleu(tokenize=zh, lowercase=true)``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_ptm.ground.display import clip, listed
from pytest_ptm.ground.errors import ArgumentError
from pytest_ptm.ground.unknown import unknown

Value = str | int | bool
Settings = Mapping[str, Value]

_SPELLED = re.compile(r"([^()]+)\((.*)\)")


@dataclass(frozen=True, slots=True)
class MetricSetting:
    """A setting of a metric: what it is unless it is said, and what it may be.

    ``choices`` are those of a text; a whole number lies within ``least`` .. ``most``.
    """

    usual: Value
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    def read(self, metric: str, name: str, text: str) -> Value:
        """The value that a text says.

        Raises:
            ArgumentError: it says none.
        """
        if isinstance(self.usual, bool):
            expected, found = "true or false", _TRUTHS.get(text.lower())
        elif isinstance(self.usual, int):
            expected = f"a whole number, {self.least} .. {self.most}"
            number = int(text) if text.isdecimal() and len(text) < 9 else None
            inside = number is not None and self.least <= number <= self.most
            found = number if inside else None
        else:
            expected = f"one of {listed(self.choices)}"
            found = text if text in self.choices else None
        if found is None:
            raise ArgumentError(
                f"{metric}: {name}={clip(text, 40)!r}, expected {expected}"
            )
        return found


_TRUTHS = {"true": True, "false": False}


def parted(name: str) -> tuple[str, dict[str, str]]:
    """A metric's plain name, and the settings that stand behind it as they are written.

    >>> parted("bleu(tokenize=zh, lowercase=true)")
    ('bleu', {'tokenize': 'zh', 'lowercase': 'true'})

    Raises:
        ArgumentError: a setting is not written so, or stands there twice.
    """
    if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise ArgumentError(
            f"metric={clip(repr(name), 60)}: expected the name of one metric, such as "
            '"accuracy"'
        )
    spelled = _SPELLED.fullmatch(name)
    if spelled is None:
        return name, {}
    plain, inside = spelled.groups()
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in inside.split(","))):
        key, equals, value = (each.strip() for each in part.partition("="))
        if not (key and equals and value) or key in found:
            raise ArgumentError(
                f"metric={clip(name, 60)!r}: expected settings such as "
                f"{plain}(name=value, other=value), each once"
            )
        found[key] = value.strip("'\"")
    return plain, found


def read_settings(
    metric: str, known: Mapping[str, MetricSetting], given: Mapping[str, str]
) -> Settings:
    """All settings of a metric, those that are given as they are said.

    Raises:
        ArgumentError: it has no such setting, or not of this value.
    """
    for name in given:
        if not known:
            raise ArgumentError(f"{metric} takes no settings; leave out {name}=")
        if name not in known:
            raise ArgumentError(unknown(f"setting of {metric}", name, (*known,)))
    return {
        name: each.read(metric, name, given[name]) if name in given else each.usual
        for name, each in known.items()
    }


def spelled(metric: str, known: Mapping[str, MetricSetting], settings: Settings) -> str:
    """The name with the settings that are not as usual, in one order.

    >>> spelled("ter", {"no_punct": MetricSetting(usual=False)}, {"no_punct": True})
    'ter(no_punct=true)'
    """
    said = [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in settings.items()
        if value != known[name].usual
    ]
    return f"{metric}({', '.join(said)})" if said else metric
