"""Settings of the service: the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from twin.errors import RequestError

PREFIX = "HUE_TWIN_"


def _cores() -> int:
    return os.cpu_count() or 1


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the service is to serve, and with how much of the machine.

    Attributes
    ----------
    city : str
        A city file, or ``hue`` for the embedded city.
    host, port
        Where to listen; 127.0.0.1 keeps the service to this machine.
    replay : str
        ``synthetic``, or a recorded day (.ndjson).
    speed_x : float
        Replayed seconds per real second.
    seed : int
        Seed of the synthetic feed.
    start_h : [h]
        Local hour at which a synthetic day starts to play.
    tick_s : [s]
        Real time between two live states.
    out : Path
        Folder of runs and results.
    cache : Path
        Folder of opened cities, so that the next opening is quick; may be deleted at any time.
    workers : int
        Processes for the replications of a run.
    slots : int
        Runs computed at the same time.
    queue_limit : int
        Runs that may wait; further ones are refused until one is done.
    """

    city: str = "hue"
    host: str = "127.0.0.1"
    port: int = 8000
    replay: str = "synthetic"
    speed_x: float = 60.0
    seed: int = 1
    start_h: float = 6.5
    tick_s: float = 1.0
    out: Path = Path("out")
    cache: Path = Path("~/.cache/hue-twin")
    workers: int = 0
    slots: int = 1
    queue_limit: int = 32

    def __post_init__(self) -> None:
        object.__setattr__(self, "cache", self.cache.expanduser())
        if self.workers <= 0:
            object.__setattr__(self, "workers", _cores())
        for name, low, high in (("port", 0, 65_535), ("start_h", 0, 24), ("slots", 1, 64), ("queue_limit", 0, 10_000)):
            if not low <= getattr(self, name) <= high:
                raise RequestError(name, f"{getattr(self, name)} is outside {low} to {high}")
        if self.tick_s <= 0:
            raise RequestError("tick_s", "must be above 0")


def settings(environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Return the settings: those given, else those of ``HUE_TWIN_…`` in the environment, else the defaults.

    Raises
    ------
    RequestError
        A variable is no number where one is needed, out of range, or of an unknown name.
    """
    env = os.environ if environment is None else environment  # noqa: TID251 # this module owns the environment
    kinds = {f.name: type(f.default) for f in fields(Settings)}
    found: dict[str, Any] = {}
    for key, text in env.items():
        name = key.removeprefix(PREFIX).lower()
        if not key.startswith(PREFIX) or name == "shared" or name.startswith("shared_"):  # the tests' own
            continue
        if name not in kinds:
            raise RequestError(key, f"no such setting; one of {', '.join(PREFIX + n.upper() for n in kinds)}")
        found[name] = _typed(key, text, kinds[name])
    return Settings(**found | {k: v for k, v in given.items() if v is not None})


def _typed(key: str, text: str, kind: type[Any]) -> Any:
    try:
        return Path(text) if issubclass(kind, Path) else kind(text)
    except ValueError:
        raise RequestError(key, f"{text!r} is no {kind.__name__}") from None
