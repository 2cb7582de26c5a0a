"""Tables as pandas frames with the right types, and frames from the CSV and parquet files that whydown wrote.

Times are `datetime64[us, UTC]`, choices are categories with all their words (ranked where one is more than another),
texts `string`, numbers `Int64` and `Float64`, flags `boolean`; what the logs do not tell is `pandas.NA` or `NaT`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from whydown.errors import InputError, UsageError
from whydown.report.sheet import bare
from whydown.report.table import TABLES, Cell, Column, Holds, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas as pd

    from whydown.report.table import Row

_HOW = "Install it: pip install 'whydown[frames]'"


def library(name: str) -> Any:
    """Import pandas or pyarrow; UsageError with the way to get it where it is not there."""
    from importlib import import_module  # noqa: PLC0415

    try:
        return import_module(name)
    except ImportError as error:
        raise UsageError(f"{name.partition('.')[0]} is not installed.", _HOW) from error


def frame(table: Table, rows: Iterable[Row]) -> pd.DataFrame:
    """Return a table's rows as a frame; without rows it has the same columns and types."""
    frames = library("pandas")
    cells: Sequence[Sequence[Cell]] = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    columns = zip(table.columns, cells, strict=True)
    made: pd.DataFrame = frames.DataFrame({column.name: _series(column, values) for column, values in columns})
    return made


def read(path: str | Path) -> pd.DataFrame:
    """Read a CSV or parquet file that whydown wrote, as the frame it was made of.

    Raises InputError for a file that cannot be read, and for one that holds no table of whydown's.
    """
    frames = library("pandas")
    try:
        if str(path).endswith(".parquet"):
            library("pyarrow")
            got = frames.read_parquet(path)
        else:
            got = frames.read_csv(path, dtype="string", keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise InputError(f"{path} cannot be read: {reason}.") from error
    table = TABLES.get(tuple(map(str, got.columns)))
    if table is None:
        raise InputError(f"{path} holds no table of whydown's.", "It reads what --format csv and parquet write.")
    return _typed(table, got, plain=not str(path).endswith(".parquet"))


def _series(column: Column, cells: Sequence[Cell]) -> pd.Series[Any]:
    frames = library("pandas")
    if column.holds is Holds.TIME:
        stamps = library("numpy").array([_NOT_A_TIME if at is None else at for at in cells], dtype="int64")
        return _in_utc(frames.Series(stamps.view("datetime64[us]")))
    made: pd.Series[Any] = frames.Series(list(cells), dtype=_type(column))
    return made


_NOT_A_TIME = -(2**63)  # as numpy keeps it


def _in_utc(stamps: Any) -> pd.Series[Any]:
    made: pd.Series[Any] = stamps.dt.tz_localize("UTC")
    return made


def _type(column: Column) -> Any:
    if column.holds is Holds.CHOICE:
        return library("pandas").CategoricalDtype(list(column.of), ordered=column.ranked)
    return {Holds.TEXT: "string", Holds.WHOLE: "Int64", Holds.REAL: "Float64", Holds.FLAG: "boolean"}[column.holds]


def _typed(table: Table, got: pd.DataFrame, *, plain: bool) -> pd.DataFrame:
    """Return a frame that was read with its columns' types; `plain`: each cell is still text, as CSV has it."""
    frames = library("pandas")
    made = {}
    for column in table.columns:
        values = got[column.name]
        if column.holds is Holds.TIME:
            values = frames.to_datetime(values, utc=True, format="ISO8601").dt.as_unit("us")
        elif plain and column.holds is Holds.TEXT:
            values = values.map(bare, na_action="ignore")
        elif plain and column.holds is Holds.FLAG:
            values = values.map({"true": True, "false": False})
        made[column.name] = values if column.holds is Holds.TIME else values.astype(_type(column))
    return frames.DataFrame(made)  # type: ignore[no-any-return]
