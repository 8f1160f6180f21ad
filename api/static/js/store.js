/** One small observable store, and the part of it that lives in the address as a permalink. */

/** What the streets of a comparison may show. */
export const SHOWS = ["speed", "change", "queue", "density"];

/**
 * @typedef {object} View
 * @property {number} longitude
 * @property {number} latitude
 * @property {number} zoom
 */

/**
 * Make a store; subscribers get the new and the previous state and the names that changed.
 * @template T
 * @param {T} initial
 */
export function createStore(initial) {
  let state = initial;
  const subscribers = new Set();
  return {
    get: () => state,
    /** @param {Partial<T>} patch */
    set(patch) {
      const changed = new Set(Object.keys(patch).filter((k) => patch[k] !== state[k]));
      if (changed.size === 0) return;
      const before = state;
      state = { ...state, ...patch };
      for (const tell of subscribers) tell(state, before, changed);
    },
    /** @param {(state: T, before: T, changed: Set<string>) => void} tell */
    subscribe(tell) {
      subscribers.add(tell);
      return () => subscribers.delete(tell);
    },
  };
}

/**
 * Read the permalink: view, language, theme, layers switched by hand, runs, interval.
 * @param {string} hash
 */
export function readHash(hash) {
  const q = new URLSearchParams(hash.replace(/^#/, ""));
  const found = {};
  const view = (q.get("v") || "").split(",").map(Number);
  if (view.length === 3 && view.every(Number.isFinite)) {
    found.view = { longitude: view[0], latitude: view[1], zoom: Math.min(19, Math.max(9, view[2])) };
  }
  if (["vi", "en"].includes(q.get("lang"))) found.lang = q.get("lang");
  if (["light", "dark"].includes(q.get("theme"))) found.theme = q.get("theme");
  if (q.get("on") || q.get("off")) {
    found.switched = Object.fromEntries([
      ...(q.get("on") || "").split(",").filter(Boolean).map((k) => [k, true]),
      ...(q.get("off") || "").split(",").filter(Boolean).map((k) => [k, false]),
    ]);
  }
  if (q.get("a") && q.get("b")) Object.assign(found, { linked: { a: q.get("a"), b: q.get("b") } });
  if (q.get("t")) found.step = Math.max(0, Number.parseInt(q.get("t"), 10) || 0);
  if (SHOWS.includes(q.get("show"))) found.show = q.get("show");
  if (q.get("trips")) found.trips = true;
  if (q.get("whole") === "0") found.whole = false;
  return found;
}

/**
 * Write the permalink of a state.
 * @param {object} s
 * @returns {string}
 */
export function writeHash(s) {
  const q = new URLSearchParams();
  if (s.view) q.set("v", [s.view.longitude.toFixed(5), s.view.latitude.toFixed(5), s.view.zoom.toFixed(2)].join(","));
  q.set("lang", s.lang);
  if (s.theme) q.set("theme", s.theme);
  const keys = Object.keys(s.switched);
  const on = keys.filter((k) => s.switched[k]);
  const off = keys.filter((k) => !s.switched[k]);
  if (on.length) q.set("on", on.join(","));
  if (off.length) q.set("off", off.join(","));
  if (s.comparison) {
    q.set("a", s.comparison.a);
    q.set("b", s.comparison.b);
    q.set("t", String(s.step));
    q.set("show", s.show);
    if (s.trips) q.set("trips", "1");
    if (!s.whole) q.set("whole", "0");
  }
  return `#${q.toString().replaceAll("%2C", ",")}`;
}
