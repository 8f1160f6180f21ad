"""The map page as a planner meets it: what can be seen, pressed and asked."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_S = 240


@dataclass
class Page:
    """One browser window on a service.

    Attributes
    ----------
    chrome : Chrome
    address : str
        Origin of the service, with a slash at its end.
    asked, wrong : list of str
        Addresses asked for and errors of the console since the page was opened.
    """

    chrome: Chrome
    address: str
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def open(self, fragment: str = "lang=vi&theme=light", *, width: int = 1280, height: int = 800) -> Page:
        """Open the page afresh at a size and wait until the city is there."""
        self.chrome.get("about:blank")
        for kind in ("browser", "performance"):
            self._log(kind)  # what earlier pages left
        self.asked, self.wrong = [], []
        self.size(width, height)
        self.chrome.get(f"{self.address}#{fragment}")
        self.until("return globalThis.hueTwin?.app.ready === true && hueTwin.app.drawn > 0")
        self.settled()
        return self

    def size(self, width: int, height: int) -> None:
        """Give the window another size."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def fresh(self) -> None:
        """Put an opened page back to how it began."""
        self.size(1280, 800)
        self.run(
            "const {store, app} = hueTwin; app.run.stop('');"
            "app.run.changes.choose('close'); app.run.changes.open = false; app.run.values = {};"
            "store.set({lang: 'vi', theme: 'light', tab: 'run', closures: [], picking: false, selected: null,"
            " comparison: null, linked: null, playing: false, trips: false, show: 'speed', switched: {}});"
            "app.map.move({...app.map.view, ...app.home})"
        )
        self.until("return document.querySelector('#tab-live').textContent === 'Trực tiếp'")

    def ground(self, *, shown: bool) -> None:
        """Switch land, streets, names and the live picture on or off: software takes seconds for a frame of them."""
        self.run(
            "const off = {labels: false, live: false};"
            "for (const d of hueTwin.app.spec.layers) off[d.twin.panel ?? d.twin.key] = false;"
            f"hueTwin.store.set({{switched: {'{}' if shown else 'off'}}})"
        )

    def run(self, script: str) -> Any:
        """Return what a script returns."""
        return self.chrome.execute_script(script)

    def until(self, script: str, patience_s: float = PATIENCE_S) -> Any:
        """Wait until a script returns something true, and return it."""
        return WebDriverWait(self.chrome, patience_s, poll_frequency=0.2).until(lambda _: self.run(script))

    def settled(self) -> None:
        """Wait until deck.gl has loaded every layer and a frame was drawn after that."""
        self.until(
            "const all = hueTwin.app.map.deck.layerManager?.getLayers() ?? [];"
            "return all.length > 0 && all.every(l => l.isLoaded)"
        )
        self.chrome.execute_async_script(
            "const done = arguments[0]; hueTwin.app.map.deck.redraw(true);"
            "requestAnimationFrame(() => requestAnimationFrame(() => done()))"
        )

    def find(self, css: str) -> WebElement:
        """Return the first element."""
        return self.chrome.find_element(By.CSS_SELECTOR, css)

    def all(self, css: str) -> list[WebElement]:
        """Return every element."""
        return self.chrome.find_elements(By.CSS_SELECTOR, css)

    def text(self, css: str) -> str:
        """Return the visible text of an element."""
        # In one step: an element found and read in two may be drawn anew in between.
        found: str = self.chrome.execute_script("return document.querySelector(arguments[0]).innerText", css)
        return found.strip()

    def type(self, css: str, text: str, *, enter: bool = False) -> None:
        """Type into a field."""
        self.find(css).send_keys(text, *([Keys.ENTER] if enter else []))

    def picture(self) -> Image.Image:
        """Return what the window shows."""
        return Image.open(io.BytesIO(self.chrome.get_screenshot_as_png())).convert("RGB")

    def map_pixels(self) -> NDArray[np.uint8]:
        """Return the pixels of the map alone ``(height, width, 3)``."""
        box = self.find("#map").rect
        left, top = int(box["x"]), int(box["y"])
        shown = self.picture().crop((left, top, left + int(box["width"]), top + int(box["height"])))
        return np.asarray(shown, dtype=np.uint8)

    def requests(self) -> list[str]:
        """Return the addresses the page asked for since it was opened."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        self.asked += [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return self.asked

    def complaints(self) -> list[str]:
        """Return the console's errors since the page was opened, such as violations of its policy."""
        self.wrong += [entry["message"] for entry in self._log("browser") if entry["level"] == "SEVERE"]
        return self.wrong

    def _log(self, kind: str) -> list[dict[str, Any]]:
        """Return the driver's log entries since the last call."""
        entries: list[dict[str, Any]] = self.chrome.get_log(kind)  # type: ignore[no-untyped-call] # selenium's own
        return entries
