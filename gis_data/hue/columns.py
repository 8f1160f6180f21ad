"""Columns of the embedded city's tables as typed arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_data.projection import project
from twin.city.frame import HUE_CRS

TABLES = Path(__file__).parent / "tables"


def read_table(name: str) -> pd.DataFrame:
    """Return a table of the embedded city as text, nothing guessed: a code keeps its zeros, an empty cell is empty."""
    return pd.read_csv(TABLES / name, dtype=str, keep_default_na=False)


def text(column: pd.Series[Any]) -> NDArray[np.str_]:
    """Return a column as unicode ``(n,)``."""
    return np.array([str(v) for v in column], dtype=np.str_)


def numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """Return a column as floats ``(n,)``; an empty cell is NaN."""
    return np.asarray(pd.to_numeric(column, errors="raise"), dtype=np.float64)


def days(column: pd.Series[Any]) -> NDArray[np.datetime64]:
    """Return a column of ISO days ``(n,)``; an empty cell is ``NaT``, an open end."""
    return np.array([day or "NaT" for day in column], dtype="datetime64[D]")


def points(table: pd.DataFrame) -> NDArray[np.float64]:
    """Return the columns ``lon`` and ``lat`` as ``(n, 2)`` [m] in EPSG:9214."""
    return project(np.column_stack([numbers(table["lon"]), numbers(table["lat"])]), "EPSG:4326", HUE_CRS)


def origin(table: pd.DataFrame) -> dict[str, NDArray[Any]]:
    """Return the three columns that say where each row comes from."""
    return {
        "provenance": text(table["provenance"]),
        "accuracy_m": numbers(table["accuracy_m"]),
        "source": text(table["source"]),
    }
