/** Buttons and keys of the page: tabs, language, theme, share, zoom, search, and the keyboard. */

import { byId, toast } from "./dom.js";
import { t } from "./i18n.js";
import { suggest } from "./search.js";
import { writeHash } from "./store.js";

const TABS = ["run", "live", "layers"];
const PAN_PX = 90;

/**
 * Connect the controls.
 * @param {{store: object, app: object, show: (key: string, row: number) => void, play: () => void}} o
 */
export function controls({ store, app, show, play }) {
  for (const tab of TABS) byId(`tab-${tab}`).addEventListener("click", () => store.set({ tab }));
  byId("tab-run").parentElement.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tab = TABS[(TABS.indexOf(store.get().tab) + step + TABS.length) % TABS.length];
    store.set({ tab });
    byId(`tab-${tab}`).focus();
  });
  for (const b of document.querySelectorAll("[data-lang]")) b.addEventListener("click", () => store.set({ lang: b.dataset.lang }));
  byId("theme").addEventListener("click", () => store.set({ theme: store.get().theme === "dark" ? "light" : "dark" }));
  byId("share").addEventListener("click", () => share(store));
  byId("zoom-in").addEventListener("click", () => app.map.zoomBy(1));
  byId("zoom-out").addEventListener("click", () => app.map.zoomBy(-1));
  byId("zoom-home").addEventListener("click", () => app.map.move({ ...app.map.view, ...app.home }));
  suggest(byId("search-text"), byId("search-list"), (text) => app.names.find(text), (found) => show(found.key, found.rows[0]));
  byId("search").addEventListener("submit", (event) => event.preventDefault());
  byId("map").addEventListener("keydown", (event) => move(event, app));
  document.addEventListener("keydown", (event) => global(event, { store, play }));
}

/** Arrows pan and +/− zoom while the map has the focus. */
function move(event, app) {
  const pan = { ArrowLeft: [-PAN_PX, 0], ArrowRight: [PAN_PX, 0], ArrowUp: [0, -PAN_PX], ArrowDown: [0, PAN_PX] }[event.key];
  const zoom = { "+": 1, "=": 1, "-": -1 }[event.key];
  if (pan) app.map.panBy(...pan);
  else if (zoom) app.map.zoomBy(zoom);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** `/` searches, 1–3 choose a panel, space plays, Escape leaves what is open. */
function global(event, { store, play }) {
  if (event.key === "Escape") {
    store.set(store.get().picking ? { picking: false } : { selected: null });
    return;
  }
  const typing = event.target.closest("input, select, textarea, button");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") byId("search-text").focus();
  else if (["1", "2", "3"].includes(event.key)) store.set({ tab: TABS[Number(event.key) - 1] });
  else if (event.key === " " && store.get().comparison) play();
  else return;
  event.preventDefault();
}

/** Copy the permalink. */
async function share(store) {
  history.replaceState(null, "", writeHash(store.get()));
  try {
    await navigator.clipboard.writeText(location.href);
    toast(t("shared"));
  } catch {
    toast(location.href);
  }
}
