/** What the sensors say now: time, kind of feed, age, health; stale is never shown as live. */

import { byId, el } from "./dom.js";
import { healthOf } from "./sensorlayers.js";
import { age, dateTime, number, pick, t } from "./i18n.js";

/**
 * Fill the strip over the map: time of the data, kind of feed, how long nothing came.
 * @param {object|null} live
 * @param {{connected: boolean, receivedAt: number, now: number}} link
 */
export function drawFeed(live, link) {
  const box = byId("feed");
  if (!live) {
    box.replaceChildren(t("live.none"));
    box.className = "stale";
    return;
  }
  const silent = (link.now - link.receivedAt) / 1000;
  const lost = silent > (link.connected ? 60 : 15);
  const kind = pick(live.source?.label) || t(`live.kind.${live.source?.kind ?? "replay"}`);
  const speed = live.source?.speed_x && live.source.speed_x !== 1 ? ` ×${number(live.source.speed_x, 0)}` : "";
  box.className = lost ? "stale" : "";
  box.replaceChildren(
    el("b", {}, dateTime(live.as_of)),
    el("span", { class: "tag" }, kind + speed),
    lost ? el("span", {}, ` · ${t("live.lost", { age: age(silent) })}`) : "",
  );
}

/**
 * Fill the panel of the live state.
 * @param {HTMLElement} root
 * @param {object|null} live
 * @param {Record<string, import("./pack.js").Pack>} packs
 * @param {(key: string, row: number) => void} show
 */
export function drawLive(root, live, packs, show) {
  if (!live) {
    root.replaceChildren(el("p", { class: "hint" }, t("live.none")));
    return;
  }
  const counts = live.counts ?? {};
  const tile = (health) =>
    el("div", { class: health }, el("b", {}, number(counts[health] ?? 0, 0)), t(`live.${health}`));
  root.replaceChildren(
    el("h2", {}, t("live.sensors")),
    el("div", { class: "counts" }, tile("fresh"), tile("stale"), tile("silent")),
    el("p", { class: "hint" }, t("live.sensors_hint")),
    ...gauges(live, packs.gauges, show),
    ...stations(live, packs.bike_stations ?? packs.places, show),
    ...sensors(live, packs.cameras),
  );
}

/** Say how old a value is, or that its sensor is silent; nothing for a fresh one. */
function staleness(live, health, instant) {
  if (health === "silent" || !instant) return t("live.silent");
  return health === "stale" ? t("live.age", { age: age((new Date(live.as_of) - new Date(instant)) / 1000) }) : "";
}

function gauges(live, pack, show) {
  if (!live.gauges?.length) return [];
  const health = healthOf(live);
  const rows = live.gauges.map((g) => {
    const row = pack?.rowOf(g.id) ?? -1;
    const old = staleness(live, health.get(g.id), g.as_of);
    const level = g.level_m === null || g.level_m === undefined ? t("live.no_value") : `${number(g.level_m, 2)} m`;
    return el(
      "tr", { class: old ? "old" : "" },
      el("td", {}, place(pack, row, g.id, show)),
      el("td", {}, level, " ", alarm(g.alarm)),
      el("td", {}, old || dateTime(g.as_of).slice(11)),
    );
  });
  return [el("h2", {}, t("live.gauges")), el("table", { class: "rows" }, el("tbody", {}, ...rows))];
}

/** @param {number|null|undefined} level */
function alarm(level) {
  if (level === null || level === undefined) return el("span", { class: "alarm" }, t("live.alarm_unknown"));
  return el("span", { class: `alarm a${level}` }, level > 0 ? t("live.alarm", { n: level }) : t("live.alarm_none"));
}

function stations(live, pack, show) {
  if (!live.stations?.length) return [];
  const health = healthOf(live);
  const rows = live.stations.map((s) => {
    const row = pack?.rowOf(s.id) ?? -1;
    const old = staleness(live, health.get(s.id), s.as_of);
    const stock = s.bikes === null || s.bikes === undefined ? t("live.no_value") : `${number(s.bikes, 0)} / ${number(s.docks, 0)}`;
    return el(
      "tr", { class: old ? "old" : "" },
      el("td", {}, place(pack, row, s.id, show)),
      el("td", {}, old ? `${stock} · ${old}` : stock),
    );
  });
  return [
    el("h2", {}, t("live.bikes")),
    el("p", { class: "hint" }, t("live.bikes_hint")),
    el("table", { class: "rows" }, el("tbody", {}, ...rows)),
  ];
}

function place(pack, row, id, show) {
  if (row < 0) return el("span", {}, id);
  const name = pack.value("name", row) || id;
  return el("a", { href: "#", onclick: (event) => { event.preventDefault(); show(pack.key, row); } }, name);
}

/** Only what needs attention: stale and silent ones, ten at most. */
function sensors(live, cameras) {
  const bad = (live.sensors ?? []).filter((s) => s.health !== "fresh");
  if (bad.length === 0) return [];
  const rows = bad.slice(0, 10).map((s) =>
    el(
      "tr", { class: "old" },
      el("td", {}, nameOf(cameras, s.id)),
      el("td", {}, `${t(`live.${s.health}`)} · ${s.last ? dateTime(s.last) : t("live.never")}`),
    ),
  );
  const more = bad.length > 10 ? [el("p", { class: "hint" }, t("live.more", { n: bad.length - 10 }))] : [];
  return [el("h2", {}, t("live.attention")), el("table", { class: "rows" }, el("tbody", {}, ...rows)), ...more];
}

/** @param {import("./pack.js").Pack|undefined} pack @param {string} id */
function nameOf(pack, id) {
  const row = pack?.rowOf(id) ?? -1;
  return row < 0 ? id : pack.value("name", row) || id;
}
