"""The whole path in a browser: open Huế, close a bridge, press Run, watch, compare; it also takes README's picture."""

import os
from pathlib import Path

from PIL import Image

from tests.browser.page import Page

ROOT = Path(__file__).parents[2]
PICTURE_BYTES = 600_000
RUN_S = 900  # the pair of runs, on a machine that draws in software at the same time


def test_a_planner_closes_a_bridge_and_sees_where_the_traffic_goes(page: Page) -> None:
    page.open()
    assert page.complaints() == []
    page.ground(shown=False)  # the runs need the processor
    page.until("return hueTwin.store.get().live !== null")
    page.type("#close-name", "truong tien", enter=True)
    page.until("return hueTwin.store.get().closures.length === 1", 20)
    assert "Cầu Trường Tiền" in page.text("#closures")
    for name, value in (("duration_min", 20), ("replications", 2)):
        page.find(f"#param-{name}").clear()
        page.type(f"#param-{name}", str(value))
    page.run(
        "window.seen = []; const look = () => { const p = document.querySelector('#progress');"
        " if (p) window.seen.push(p.value); };"
        "new MutationObserver(look).observe(document.querySelector('#section-run'), {childList: true, subtree: true})"
    )
    page.find("#run").click()
    page.until("return hueTwin.store.get().comparison !== null", RUN_S)
    page.ground(shown=True)
    seen = page.run("return window.seen")
    assert max(seen) > min(seen), "the progress never moved"
    _compared(page)
    outside = [u for u in page.requests() if not u.startswith((page.address, "data:", "blob:", "about:"))]
    assert outside == []
    _picture(page)


def _compared(page: Page) -> None:
    rows = page.all("#kpi tr.values")
    assert len(rows) >= 4
    assert any("xấu hơn" in row.text or "tốt hơn" in row.text for row in rows)
    assert "…" in page.text("#kpi"), "two replications give an interval of confidence"
    assert page.run("return hueTwin.app.map.deck.props.views.length") == 2
    flow = page.run(
        "const c = hueTwin.store.get().comparison;"
        "const rows = hueTwin.app.names.entries.find(e => e.name === 'Cầu Trường Tiền').rows;"
        "const sum = (f) => Math.max(...rows.map(r => f.at(-1)[r])); return [sum(c.flow.a), sum(c.flow.b)]"
    )
    assert flow[0] > 0, "in the baseline the bridge carries traffic"
    assert flow[1] == 0, "a closed bridge carries none"
    page.settled()
    red = page.map_pixels().reshape(-1, 3)
    assert ((red[:, 0] > 190) & (red[:, 1] < 60) & (red[:, 2] < 80)).sum() > 50, "the closure is not drawn"


def _picture(page: Page) -> None:
    """Write README's screenshot where the variable SCREENSHOT says so: the tree stays clean otherwise."""
    wanted = os.environ.get("SCREENSHOT")  # noqa: TID251 # tests' own port
    shown = page.picture()
    assert shown.size == (1280, 800)
    if wanted:
        target = ROOT / wanted
        shown.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)
        assert target.stat().st_size < PICTURE_BYTES
