"""How every command answers: words for people, or one JSON object on the last line; bad input ends with 1."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from api import services
from api.settings import settings
from twin.city.city import City
from twin.errors import TwinError, ValidationFailed

EXIT_BAD_INPUT = 1

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line.")]

T = TypeVar("T")


def say(facts: dict[str, Any], *, as_json: bool) -> None:
    """Print facts: a line each, or one JSON object."""
    typer.echo(json.dumps(facts, ensure_ascii=False) if as_json else "\n".join(f"{k}: {v}" for k, v in facts.items()))


def or_exit(work: Callable[[], T], *, as_json: bool) -> T:
    """Return what some work returns; an error of the twin is printed and ends the command with 1."""
    try:
        return work()
    except TwinError as error:
        fail(error, as_json=as_json)


def city_or_exit(name: str, *, as_json: bool) -> City:
    """Return an opened city, kept from an earlier opening where it has not changed since."""
    with Console(stderr=True).status(f"Opening {name}…"):
        return or_exit(lambda: services.open_city(name, cache=settings().cache), as_json=as_json)


def fail(error: TwinError, *, as_json: bool) -> NoReturn:
    """Print an error and end the command with 1."""
    if as_json:
        told: dict[str, Any] = {"error": type(error).code, "message": str(error)}
        if isinstance(error, ValidationFailed):
            told["faults"] = [fault.as_dict() for fault in error.faults]
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        Console(stderr=True, soft_wrap=True).print(str(error), style="red", markup=False)
    raise typer.Exit(EXIT_BAD_INPUT)
