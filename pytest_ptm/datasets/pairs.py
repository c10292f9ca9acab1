"""Minimal pairs: two texts a row, of which one should be likelier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import Source, read_pairs, refuse_one_group
from pytest_ptm.datasets.ragged import Ragged
from pytest_ptm.datasets.table import Wanted
from pytest_ptm.ground.display import listed
from pytest_ptm.ground.errors import ArgumentError, DataError, PtmError

WORSE = "worse"
"""The input that holds the text which should be less likely; the other is "text"."""

SWAPPED = "swapped"
"""The column of numbers that says which pairs are aligned from their second text."""

_DIRECTIONS = ("stereo", "antistereo")


def load_pairs(
    source: Source,
    *,
    better: str = "better",
    worse: str = "worse",
    groups: Sequence[str] = (),
    id: str | None = None,
    direction: str | None = None,
    encoding: str = "utf-8",
) -> Examples:
    """Minimal pairs from what ``load_examples`` takes, for ``assert_prefers``.

    BLiMP has ``better="sentence_good", worse="sentence_bad"``; CrowS-Pairs
    ``better="sent_more", worse="sent_less", direction="stereo_antistereo"``.

    Args:
        source: a ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file; dictionaries; a
            pandas DataFrame; a ``datasets.Dataset``.
        better: the column with the text that should be likelier.
        worse: the column with the other one.
        groups: columns whose values put pairs into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        direction: the column that says "stereo" or "antistereo", in whose order
            CrowS-Pairs aligns the texts; it becomes a group too.
        encoding: of a text file.

    >>> pair = {"better": "The cats sleep.", "worse": "The cats sleeps."}
    >>> dict(load_pairs([pair])[0].inputs)
    {'text': 'The cats sleep.', 'worse': 'The cats sleeps.'}

    Raises:
        ArgumentError: both texts are of one column.
        DataError: PTM201 … PTM208, as of ``load_examples``.
    """
    __tracebackhide__ = True
    if better == worse:
        raise ArgumentError(f"better= and worse= both name the column {better!r}")
    try:
        refuse_one_group(groups)
        wanted = Wanted(
            better,
            worse,
            label=None,
            groups=(*groups, *([] if direction in (None, *groups) else [direction])),
            id=id,
            called=("better", "label"),
            pair_called=WORSE,
        )
        rows = read_pairs(source, wanted, encoding, by="load_pairs")
        inputs = {"text": rows.inputs["text"], WORSE: rows.inputs["text_pair"]}
        numbers = {} if direction is None else {SWAPPED: _swapped(rows, direction)}
        return replace(rows, inputs=inputs, numbers=numbers)
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None


def _swapped(rows: Examples, column: str) -> Ragged:
    values = rows.group(column)
    unknown = sorted(set(values) - set(_DIRECTIONS))
    if unknown:
        raise DataError(
            f"{rows.source}: direction={column!r} holds {listed(unknown)}; expected "
            f"{' or '.join(_DIRECTIONS)}",
            code="PTM205",
        )
    return Ragged.of([[int(value == "antistereo")] for value in values])
