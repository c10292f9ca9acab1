"""Parquet, through pyarrow where it is installed."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, cast

from pytest_ptm.datasets.table import Table, Wanted
from pytest_ptm.errors import DataError, MissingExtraError


def read_parquet(path: Path, wanted: Wanted) -> Table:
    """The wanted columns of a Parquet file.

    Raises:
        MissingExtraError: pyarrow is not installed.
        DataError: PTM202, the file is no Parquet; PTM204, a column is missing.
    """
    try:
        # Optional, untyped, and a quarter of a second to import.
        arrow = cast("Any", importlib.import_module("pyarrow"))
        parquet = cast("Any", importlib.import_module("pyarrow.parquet"))
    except ImportError:
        raise MissingExtraError(
            "reading Parquet", library="pyarrow", extra="parquet"
        ) from None
    try:
        file = parquet.ParquetFile(path)
        names = wanted.among(list(file.schema_arrow.names), str(path))
        table = file.read(columns=list(names))
    except (arrow.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read: {error}", code="PTM202") from error
    return Table(str(path), {name: table.column(name).to_pylist() for name in names})
