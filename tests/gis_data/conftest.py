"""A real PostGIS server for the tests that need one, started in a temporary folder, or a skip that says why."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_SECRET = "sông-Hương-1"  # noqa: S105 # of a server that lives for one test run


def _programs() -> Path:
    for control in sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"), reverse=True):
        folder = Path("/usr/lib/postgresql") / control.parts[4] / "bin"
        if (folder / "initdb").exists():
            return folder
    pytest.skip("needs PostgreSQL with PostGIS (Debian: make postgis as root)")


def _as_server_user(*command: str | Path) -> None:
    words = [str(w) for w in command]
    if os.geteuid() == 0:  # the server refuses to run as root
        words = [shutil.which("runuser") or "runuser", "-u", "postgres", "--", *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/")  # noqa: S603 # own words
    if done.returncode:
        pytest.fail(f"{words[-1]}: {done.stdout}{done.stderr}")


@pytest.fixture(scope="session")
def postgis() -> Iterator[str]:
    """The address of an empty database with PostGIS; the server is stopped after the last test."""
    programs = _programs()
    # not pytest's own folder: the server's user may not enter it
    with tempfile.TemporaryDirectory(prefix="hue-twin-pg-") as name:
        folder = Path(name)
        secret = folder / "secret"
        secret.write_text(_SECRET, encoding="utf-8")
        if os.geteuid() == 0:
            for path in (folder, secret):
                shutil.chown(path, "postgres", "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        how = ["--auth-host=scram-sha-256", "--auth-local=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        _as_server_user(programs / "initdb", "-D", folder / "data", "-U", "twin", f"--pwfile={secret}", "-N", *how)
        options = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
        start: list[str | Path] = [
            "-w",
            "-t",
            "60",
            "-D",
            folder / "data",
            "-l",
            folder / "log",
            "-o",
            options,
            "start",
        ]
        _as_server_user(programs / "pg_ctl", *start)
        try:
            extend: list[str | Path] = [
                "-h",
                folder,
                "-p",
                str(port),
                "-U",
                "twin",
                "-d",
                "postgres",
                "-qc",
                "create extension postgis",
            ]
            _as_server_user(programs / "psql", *extend)
            yield f"postgresql://twin:{_SECRET}@127.0.0.1:{port}/postgres"
        finally:
            _as_server_user(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "-w", "stop")
