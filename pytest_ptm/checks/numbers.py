"""Which numbers stand in an answer."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal, get_args

from pytest_ptm.checks.arguments import require_number, require_one_of
from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.naming import called
from pytest_ptm.ground.display import clip, quoted
from pytest_ptm.ground.errors import ArgumentError

Take = Literal["all", "last"]
Point = Literal[".", ","]

# Of other widths and scripts: one for one, so that nothing moves.
_PLAIN = str.maketrans("，．％－＋−٫٬٪", ",.%-+-.,%")
# A word, a number or a bracket, behind which a hyphen is no sign; but in Chinese and
# Japanese, where no space parts a word from a number, it is one.
_BEFORE = "A-Za-z\\d_)\\]\u00c0-\u2fff\uac00-\ud7a3"
_GROUPS = "\u00a0\u2009\u202f'\u2019"


def numbers(
    *given: float | str,
    take: Take = "all",
    tolerance: float = 0.0,
    point: Point = ".",
) -> Check:
    """The numbers of the answer are these, or those of one of its row's references.

    Digits of any script; a sign (but in "5-3" there is none), decimals, exponents,
    thousands set apart by commas, apostrophes or narrow and no-break spaces, a
    currency between sign and number. "50%" is 0.5.

    Args:
        given: the numbers, or texts such as "1,200" or "50%"; without any the
            references have them.
        take: "all" numbers of the answer, in their order, or only the "last", as of a
            calculation that ends with its result (Cobbe et al. 2021, "GSM8K").
        tolerance: by how much a number may be off; decimals are compared exactly.
        point: what stands before decimals; with "," thousands are set apart by points.

    >>> numbers(1200, take="last")("3 boxes of 400 make 1,200.00.") is None
    True
    >>> numbers(-0.5)("-45%")
    'numbers(-0.5): has -0.45'

    Raises:
        ArgumentError: a number is none; "last" beside several; or another argument is
            wrong.
    """
    require_one_of("numbers", "take", take, get_args(Take))
    require_one_of("numbers", "point", point, get_args(Point))
    require_number("numbers", "tolerance", tolerance)
    wanted = [_one(each, point) for each in given]
    if take == "last" and len(wanted) > 1:
        raise ArgumentError(
            f"numbers: take='last' is one number, and {len(wanted)} are given"
        )
    most = _exact(tolerance)

    def taken(text: str) -> list[Decimal]:
        found = numbers_of(text, point)
        return found[-1:] if take == "last" else found

    def lacks(answer: Written) -> str | None:
        found = taken(answer.text)
        choices = [wanted] if wanted else [taken(each) for each in answer.references]
        if any(_are_near(found, each, most) for each in choices if each):
            return None
        beside = "" if wanted else f", not {_listed(choices)}"
        if not found:
            return f"has no number in {quoted(answer.text, 40)}{beside}"
        return f"has {clip(', '.join(map(str, found)), 60)}{beside}"

    name = called(
        "numbers",
        *given,
        take=None if take == "all" else take,
        tolerance=tolerance or None,
        point=None if point == "." else point,
    )
    return Check(name, lacks, needs_references=not wanted)


def numbers_of(text: str, point: Point = ".") -> list[Decimal]:
    """The numbers that stand in a text, in their order.

    >>> [str(each) for each in numbers_of("from -1.5 to 1,000, or 3-4")]
    ['-1.5', '1000', '3', '4']
    """
    plain = text.translate(_PLAIN)
    return [_value(found) for found in _NUMBER[point].finditer(plain)]


def _pattern(point: Point) -> re.Pattern[str]:
    comma = {".": ",", ",": "."}[point]
    groups = rf"\d{{1,3}}(?:(?P<apart>[{comma}{_GROUPS}])\d{{3}}(?:(?P=apart)\d{{3}})*)"
    dot = re.escape(point)
    return re.compile(
        rf"(?P<sign>(?<![{_BEFORE}])[-+])?[$€£¥₹]?(?<![A-Za-z_\d])(?<!\d{dot})"
        rf"(?P<whole>{groups}(?!\d)|\d+|(?<![\d{dot}])(?={dot}\d))"
        rf"(?:{dot}(?P<part>\d+))?(?P<power>[eE][-+]?\d{{1,3}}(?!\d))?(?P<per>\s?%)?"
    )


_NUMBER = {point: _pattern(point) for point in get_args(Point)}


def _value(found: re.Match[str]) -> Decimal:
    whole = re.sub(r"\D", "", found["whole"])
    part = f".{found['part']}" if found["part"] else ""
    value = Decimal(f"{found['sign'] or ''}{whole or 0}{part}{found['power'] or ''}")
    return value.scaleb(-2) if found["per"] else value


def _one(given: Any, point: Point) -> Decimal:  # noqa: ANN401 - whatever stands in a test
    if isinstance(given, str):
        found = numbers_of(given, point)
        if len(found) == 1:
            return found[0]
        raise ArgumentError(
            f"numbers: {given!r:.60} has {len(found)} numbers; give one"
        )
    is_number = hasattr(given, "__float__") and not isinstance(given, bool)
    if not is_number or not math.isfinite(given):
        raise ArgumentError(f"numbers: expected numbers, got {given!r:.60}")
    return _exact(given)


def _exact(number: Any) -> Decimal:  # noqa: ANN401 - a number of Python or NumPy
    if isinstance(number, (int, Decimal)):
        return Decimal(number)
    # As it is written, not as the nearest binary fraction.
    return Decimal(repr(float(number)))


def _are_near(one: Sequence[Decimal], two: Sequence[Decimal], most: Decimal) -> bool:
    if len(one) != len(two):
        return False
    pairs = zip(one, two, strict=True)
    return all(a == b or abs(a - b) <= most for a, b in pairs)


def _listed(choices: Sequence[Sequence[Decimal]]) -> str:
    said = [", ".join(map(str, each)) or "none" for each in choices]
    return clip(" or ".join(dict.fromkeys(said)), 60)
