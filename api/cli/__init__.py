"""The command line: cities, the live feed, what-ifs and the service."""

from __future__ import annotations

import typer

from api.cli import accept, assign, bench, city, impact, live, run, serve, signals, simulate

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, help="Huế twin: a city model and its what-ifs.", pretty_exceptions_enable=False)
app.add_typer(city.app, name="city")
app.add_typer(impact.app, name="impact")
app.add_typer(live.app, name="live")
app.command("serve")(serve.serve)
app.command("assign")(assign.assign)
app.command("simulate")(simulate.simulate)
app.command("accept")(accept.accept)
app.command("signals")(signals.signals)
app.command("run")(run.run)
app.command("scenarios")(run.scenarios)
app.add_typer(bench.app, name="bench")
app.command("what-ifs")(run.what_ifs)
app.command("order")(run.order)


def main() -> None:
    """Run the command line: exit code 0 good, 1 bad input, 2 wrong usage."""
    app()
