"""A headless Chromium, and the service it looks at: the real one in its own process, or the fake in a thread."""

import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from gis_data.hue.build import hue
from tests.browser.page import Page
from tests.fakes.fake_twin_api import FakeTwin, make_app

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
    "--hide-scrollbars", "--force-color-profile=srgb", "--disable-dev-shm-usage",
)  # fmt: skip
START_S = 300  # of patience: other things may keep the machine busy


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    """Debian's Chromium; without it the tests are skipped, and in CI they fail."""
    if CHROMIUM is None or DRIVER is None:
        why = "needs chromium and chromedriver: run `make browser` as root, or apt-get install chromium chromium-driver"
        if os.environ.get("CI", "").lower() in {"1", "true"}:  # noqa: TID251 # tests' own port
            pytest.fail(f"CI promised a browser, but this {why}")
        pytest.skip(why)
    options = ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(START_S)
    driver.set_script_timeout(START_S)
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def opened(chrome: Chrome) -> Iterator[tuple[Page, FakeTwin]]:
    """A page of the fake service of the embedded city, opened once: starting WebGL in software takes seconds."""
    app = make_app(hue())
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield Page(chrome, f"http://127.0.0.1:{listener.getsockname()[1]}/").open(), app.state.twin
    chrome.get("about:blank")
    server.should_exit = True
    thread.join(timeout=10)
    listener.close()


@pytest.fixture
def fake(opened: tuple[Page, FakeTwin]) -> tuple[Page, FakeTwin]:
    """The opened page as a newcomer sees it, whatever the test before did."""
    page, twin = opened
    twin.failing = False
    twin.runs.clear()
    page.fresh()
    return page, twin


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the real service of the embedded city, started as a planner starts it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("served")
    main = "from api.cli import main; main()"
    command = [sys.executable, "-c", main, "serve", "--port", str(port), "--out", str(folder / "out")]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603 # own command
        address = f"http://127.0.0.1:{port}/"
        try:
            _wait_until_ready(process, address, folder / "log.txt")
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def page(chrome: Chrome, service: str) -> Iterator[Page]:
    """A page of the real service."""
    yield Page(chrome, service)
    chrome.get("about:blank")


def _wait_until_ready(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    ready = threading.Event()
    for _ in range(START_S * 4):
        if process.poll() is not None:
            pytest.fail(f"the service ended with {process.returncode}: {log.read_text(encoding='utf-8')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{address}readyz", timeout=2) as answer:  # noqa: S310 # own address
                if answer.status == 200:
                    return
        except OSError:
            ready.wait(0.25)
    pytest.fail(f"the service was not ready within {START_S} s: {log.read_text(encoding='utf-8')[-2000:]}")
