"""What an answer says again: itself, or the prompt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile

from pytest_ptm.checks.check import Check, Written
from pytest_ptm.checks.naming import called
from pytest_ptm.ground.display import quoted
from pytest_ptm.ground.whole import require_whole
from pytest_ptm.tasks.texts.pieces import pieces_of


def no_repetition(n: int = 4, *, at_most: int = 2) -> Check:
    """No ``n`` words in a row stand in the answer more than ``at_most`` times.

    Without case and marks; of scripts without spaces, such as Chinese, characters.
    Places may overlap.

    >>> no_repetition(2)("so and so and so and so")
    'no_repetition(2, at_most=2): "so and" stands 3 times'

    Raises:
        ArgumentError: one of them is no whole number from 1 on.
    """
    n = require_whole("no_repetition: n", n, least=1)
    at_most = require_whole("no_repetition: at_most", at_most, least=1)

    def lacks(answer: Written) -> str | None:
        times = Counter(_runs(pieces_of(answer.text), n))
        if not times:
            return None
        run, most = times.most_common(1)[0]
        if most <= at_most:
            return None
        return f"{quoted(' '.join(run), 60)} stands {most:,} times"

    return Check(called("no_repetition", n, at_most=at_most), lacks)


def no_copy(most: int = 8) -> Check:
    """No more than ``most`` words in a row of the prompt stand in the answer so.

    Without case and marks; of scripts without spaces, such as Chinese, characters.

    >>> asked = "Say in your own words what the rain in Spain does"
    >>> no_copy(3)(Written("The rain in Spain falls.", prompt=asked))
    'no_copy(3): "the rain in spain" stands in the prompt'

    Raises:
        ArgumentError: it is no whole number from 0 on.
    """
    most = require_whole("no_copy: most", most, least=0)

    def lacks(answer: Written) -> str | None:
        said, asked = pieces_of(answer.text), pieces_of(answer.prompt)
        theirs = set(_runs(asked, most + 1))
        for at, run in enumerate(_runs(said, most + 1)):
            if run in theirs:
                copied = " ".join(_longest(said, at, asked))
                return f"{quoted(copied, 60)} stands in the prompt"
        return None

    return Check(called("no_copy", most), lacks)


def _runs(pieces: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    return (tuple(pieces[at : at + n]) for at in range(len(pieces) - n + 1))


def _longest(said: Sequence[str], at: int, asked: Sequence[str]) -> Sequence[str]:
    """The longest run from this place that the prompt has too."""
    rest = said[at:]
    sizes = (_alike(rest, asked[start:]) for start in range(len(asked)))
    return rest[: max(sizes)]


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many equal pieces both begin."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], pairs))
