/** The legend, always on the map: what the colours of the streets mean now, and the points in view. */

import { RED } from "./changelayers.js";
import { byId, el, swatch } from "./dom.js";
import { number, pick, t } from "./i18n.js";
import { HEALTH } from "./sensorlayers.js";
import { CHANGE, FLOW, scaleColours } from "./statelayers.js";
import { CLASS_COLOURS } from "./trips.js";

/**
 * Fill the legend.
 * @param {{spec: object, show: string, whole: boolean, comparing: boolean, theme: string, looks: Set<string>, classes: object[]}} o
 */
export function drawLegend({ spec, show, whole, comparing, theme, looks, classes }) {
  const grey = spec.themes[theme].not_observed;
  const item = (colour, shape, text) => el("li", {}, swatch(colour, shape), text);
  const kind = comparing ? show : "live";
  const rows = kind === "change" ? changeRows(theme, item) : kind === "queue" || kind === "density" ? scaleRows(kind, theme, grey, item)
    : speedRows(spec, theme, item);
  if (kind === "speed" || kind === "live") rows.push(item(grey, "thin", t(comparing ? "legend.no_value" : "legend.not_observed")));
  for (const look of ["closed", "changed", "signal", "parcel"]) if (looks.has(look)) rows.push(item(RED, look, t(`legend.${look}`)));
  rows.push(...classes.map((c) => item(CLASS_COLOURS[c.key] ?? grey, "dot", pick(c.title))));
  const kept = byId("legend").querySelector("details");
  const open = kept ? kept.open : innerWidth > NARROW_PX;
  byId("legend").replaceChildren(el("details", { open },
    el("summary", {}, t(TITLES[kind])), el("ul", {}, ...rows),
    el("p", {}, t(kind === "change" && whole ? "legend.whole_note" : NOTES[kind])),
    ...(comparing ? [] : [points(spec)]),
    ...(classes.length ? [el("p", {}, t("legend.trips_note"))] : []),
  ));
}

/** Say what the dots are: each kind that is drawn from afar, and the two states of a sensor that tells nothing new. */
function points(spec) {
  const dots = spec.layers.filter((def) => def["@@type"] === "ScatterplotLayer" && !def.twin.off && !(def.twin.minZoom > DOTS_FROM));
  const items = dots.flatMap(({ twin, getFillColor }) => (twin.fillBy
    ? (twin.select?.kind ?? []).map((kind) => [twin.fillBy.colours[kind] ?? twin.fillBy.other, spec.kinds[kind] ?? kind])
    : [[getFillColor, twin.title]]));
  const states = ["stale", "silent"].map((state) => [HEALTH[state], t(`legend.sensor_${state}`)]);
  return el("p", { class: "dots" }, ...[...items, ...states].map(([colour, words]) => el("span", {}, swatch(colour, "point"), words)));
}

const NARROW_PX = 760; // on a phone the legend opens when it is asked for
const DOTS_FROM = 13; // dots that show only from a nearer view explain themselves by their names
const TITLES = {
  live: "legend.live", speed: "legend.simulated", change: "legend.change", queue: "legend.queue", density: "legend.density",
};
const NOTES = {
  live: "legend.note", speed: "legend.note", change: "legend.change_note", queue: "legend.queue_note", density: "legend.worse_note",
};

/** Least first: grey streets are empty. */
function scaleRows(kind, theme, grey, item) {
  let low = 0;
  return scaleColours(kind, theme).map(({ below, colour }, i) => {
    const words = below === Infinity ? t("legend.from", { low: number(low, 0) })
      : i === 0 ? t("legend.less_than", { high: number(below, 0) })
        : t("legend.span", { low: number(low, 0), high: number(below, 0) });
    low = below;
    return item(i === 0 ? grey : colour, i === 0 ? "thin" : "line", words);
  });
}

/** Worst first, as a control room reads it. */
function speedRows(spec, theme, item) {
  let low = 0;
  return spec.speedRatio.map(({ below, [theme]: colour }, i, all) => {
    const words =
      i === 0
        ? t("legend.below", { high: number(below * 100, 0) })
        : i === all.length - 1
          ? t("legend.above", { low: number(low * 100, 0) })
          : t("legend.between", { low: number(low * 100, 0), high: number(below * 100, 0) });
    low = below;
    return item(colour, "line", `${words}${i === 0 ? ` · ${t("legend.jam")}` : i === all.length - 1 ? ` · ${t("legend.free")}` : ""}`);
  });
}

function changeRows(theme, item) {
  const words = [
    t("legend.less", { n: 200 }), t("legend.less_range", { low: 50, high: 200 }), t("legend.same", { n: 50 }),
    t("legend.more_range", { low: 50, high: 200 }), t("legend.more", { n: 200 }),
  ];
  const rows = CHANGE.map(({ [theme]: colour }, i) => item(colour, i === 2 ? "thin" : "line", words[i]));
  return [...rows, item(FLOW[theme], "line", t("legend.flow"))];
}

/**
 * Draw the scale bar.
 * @param {number} latitude
 * @param {number} zoom
 */
export function drawScale(latitude, zoom) {
  const metresPerPixel = (156_543.03 * Math.cos((latitude * Math.PI) / 180)) / 2 ** (zoom + 1);
  const longest = metresPerPixel * 110;
  const power = 10 ** Math.floor(Math.log10(longest));
  const metres = [5, 2, 1].map((m) => m * power).find((m) => m <= longest);
  const box = byId("scale");
  box.querySelector("i").style.width = `${metres / metresPerPixel}px`;
  box.querySelector("span").textContent = metres >= 1000 ? `${number(metres / 1000, 1)} km` : `${number(metres, 0)} m`;
}
