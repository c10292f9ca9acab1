"""Triples of texts: one, another that is near it in meaning, and one that is far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from pytest_ptm.datasets.examples import Examples
from pytest_ptm.datasets.load import Source, read_pairs, refuse_one_group
from pytest_ptm.datasets.table import Wanted
from pytest_ptm.ground.errors import ArgumentError, PtmError

NEAR, FAR = "near", "far"
"""The inputs that hold the other two texts of a triple; its anchor is "text"."""


def load_triples(
    source: Source,
    *,
    anchor: str = "anchor",
    near: str = NEAR,
    far: str = FAR,
    groups: Sequence[str] = (),
    id: str | None = None,
    encoding: str = "utf-8",
) -> Examples:
    """Triples from what ``load_examples`` takes, for ``assert_closer``.

    Those of sentence-transformers have ``near="positive", far="negative"``.

    Args:
        source: a ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file; dictionaries; a
            pandas DataFrame; a ``datasets.Dataset``.
        anchor: the column with the text that others are compared with.
        near: the column with the text that should be closer to it.
        far: the column with the one that should not.
        groups: columns whose values put triples into groups.
        id: the column with ids; without it "id" if there is one, else row-1, row-2, ….
        encoding: of a text file.

    >>> rows = [{"anchor": "A dog barks.", "near": "A hound.", "far": "A tax form."}]
    >>> dict(load_triples(rows)[0].inputs)
    {'text': 'A dog barks.', 'near': 'A hound.', 'far': 'A tax form.'}

    Raises:
        ArgumentError: two texts are of one column.
        DataError: PTM201 … PTM208, as of ``load_examples``.
    """
    __tracebackhide__ = True
    names = (anchor, near, far)
    if len(set(names)) < len(names):
        raise ArgumentError(
            f"anchor=, near= and far= are {', '.join(map(repr, names))}; each names a "
            "column of its own"
        )
    if isinstance(source, Iterator):
        # Read twice below, which would find nothing left of it.
        source = cast("Source", list(source))
    try:
        refuse_one_group(groups)
        closer, farther = (
            read_pairs(
                source,
                Wanted(
                    anchor,
                    other,
                    label=None,
                    groups=tuple(groups),
                    id=id,
                    called=("anchor", "label"),
                    pair_called=argument,
                ),
                encoding,
                by="load_triples",
            )
            for argument, other in ((NEAR, near), (FAR, far))
        )
    except PtmError as error:
        # The message says it all; the frames in between are ours, not the user's.
        raise error.with_traceback(None) from None
    inputs = {
        "text": closer.inputs["text"],
        NEAR: closer.inputs["text_pair"],
        FAR: farther.inputs["text_pair"],
    }
    return replace(closer, inputs=inputs)
