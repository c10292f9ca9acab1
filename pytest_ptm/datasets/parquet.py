"""Parquet, through pyarrow where it is installed."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any, cast

from pytest_ptm.datasets.files import refuse_no_data, shown_path
from pytest_ptm.datasets.table import SourceTable, Wanted, refuse_repeated
from pytest_ptm.ground.display import visible
from pytest_ptm.ground.errors import DataError, MissingExtraError

_ROWS_AT_ONCE = 65_536


def read_parquet(path: Path, wanted: Wanted) -> SourceTable:
    """The wanted columns of a Parquet file.

    Raises:
        MissingExtraError: pyarrow is not installed.
        DataError: PTM202, the file is no Parquet; PTM203, a name stands twice;
            PTM204, a column is missing.
    """
    try:
        # Optional, untyped, and a quarter of a second to import.
        arrow = cast("Any", importlib.import_module("pyarrow"))
        parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    except ImportError:
        raise MissingExtraError(
            "reading Parquet", library="pyarrow", extra="parquet"
        ) from None
    source = shown_path(path)
    refuse_no_data(path)
    try:
        file = parquet.ParquetFile(path)
        available = list(file.schema_arrow.names)
        names = wanted.among(available, source)
        refuse_repeated(names, available, source)
        columns: dict[str, list[object]] = {name: [] for name in names}
        metadata = cast("dict[bytes, bytes]", file.schema_arrow.metadata or {})
        # In parts: Arrow's copy of the texts need not stand beside Python's.
        for part in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=list(names)):
            for name, column in columns.items():
                column.extend(part.column(name).to_pylist())
    except (arrow.ArrowException, OSError, UnicodeError) as error:
        raise DataError(
            f"{source} cannot be read: {visible(str(error))}", code="PTM202"
        ) from error
    named = _label_names(metadata.get(b"huggingface", b""), wanted)
    return SourceTable(source, columns, label_names=named)


def _label_names(content: bytes, wanted: Wanted) -> tuple[str, ...] | None:
    """What a ``ClassLabel`` calls its classes, where ``datasets`` wrote the file."""
    try:
        feature = json.loads(content)["info"]["features"][wanted.label]
        # A list of classes holds the feature of its parts.
        names = feature.get("feature", feature)["names"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if not isinstance(names, list):
        return None
    return tuple(map(str, cast("list[object]", names)))
