/** The changes of a what-if on the map: what is barred to all, what only changes, signals, and parcels. */

import { between, lines } from "./shapes.js";
import { SIGNALS } from "./signalform.js";
import { WIDTH_PX } from "./statelayers.js";

const deck = globalThis.deck;
export const RED = [214, 24, 48];
const DARK = [60, 0, 10];
const VEHICLES = 59; // bits of all modes but walking
const LAMPS = [[-6, [226, 60, 50]], [0, [236, 186, 40]], [6, [40, 170, 90]]]; // [px] above the middle, colour
const FONT = { characterSet: "auto", fontFamily: "DejaVu Sans, sans-serif", fontWeight: 700 };

/**
 * Say how a change is drawn: barred to every vehicle, changed otherwise, or a signal.
 * @param {{kind: string, modes?: number}} change
 * @returns {"closed"|"changed"|"signal"|"parcel"}
 */
export function lookOf({ kind, modes = 63 }) {
  if (SIGNALS.includes(kind) || kind === "signal-split") return "signal";
  if (kind === "land-use" || kind === "floor-area") return "parcel";
  if (kind === "network-as-of") return "closed";
  return kind.startsWith("close-") && (modes & VEHICLES) === VEHICLES ? "closed" : "changed";
}

/** Draws the changes; the geometry is gathered once for a list of changes. */
export class ChangeLayers {
  /** @param {import("./pack.js").Pack} roads @param {(name: string) => number[]} rowsOf the rows of a street */
  constructor(roads, rowsOf) {
    Object.assign(this, { roads, rowsOf, closures: null });
  }

  /**
   * Return the layers below the values of the streets, and those above them.
   * @param {string} id @param {object[]} closures with change, links and lonlat @param {{zoom: number}} ctx
   * @returns {{below: object[], above: object[]}}
   */
  at(id, closures, ctx) {
    if (this.closures !== closures) this.gather(closures);
    const width = between(WIDTH_PX, ctx.zoom);
    const path = (suffix, data, colour, scale) => new deck.PathLayer({
      id: `${id}-${suffix}`, data, _pathType: "open", positionFormat: "XY", getColor: colour, widthUnits: "pixels", getWidth: 1,
      widthScale: width * scale, widthMinPixels: 2,
    });
    const { closed, changed, marks, lights, spots } = this.made;
    return {
      below: changed.rows.length ? [path("changed", changed.data, RED, 2.3)] : [],
      above: [
        ...(closed.rows.length ? [path("case", closed.data, DARK, 1.7), path("core", closed.data, RED, 1.1)] : []),
        ...(marks.length ? discs(`${id}-marks`, marks, [255, 255, 255], 9) : []),
        ...(marks.length ? [new deck.TextLayer({ id: `${id}-cross`, data: marks, getPosition: (d) => d.at, getText: (d) => d.sign,
          getAngle: (d) => d.angle, getSize: 13, getColor: [150, 0, 24], ...FONT })] : []),
        ...(lights.length ? lamps(`${id}-light`, lights) : []),
        ...(spots.length ? discs(`${id}-parcel`, spots, [...RED, 90], 10) : []),
      ],
    };
  }

  /** @param {object[]} closures */
  gather(closures) {
    this.closures = closures;
    const of = (look) => closures.filter((c) => lookOf(c.change) === look);
    const rows = (list) => list.flatMap((c) => c.links.map((link) => this.roads.rowOf(link)).filter((row) => row >= 0));
    const part = (list) => ({ rows: rows(list), data: lines(this.roads, Uint32Array.from(rows(list))) });
    const changed = of("changed");
    const marks = [
      ...this.middles(rows(of("closed"))).map((at) => ({ at, sign: "✕", angle: 0 })),
      ...changed.flatMap((c) => this.marksOf(c, rows([c]))),
    ];
    const lights = of("signal").flatMap((c) => rows([c]).slice(0, 1)).map((row) => ({ at: this.end(row) }));
    const spots = [...new Map(closures.filter((c) => c.lonlat).map((c) => [c.change.parcel, { at: c.lonlat }])).values()];
    this.made = { closed: part(of("closed")), changed: part(changed), marks, lights, spots };
  }

  /** Return the mark of a change that leaves the street open to some: an arrow where it leads one way, else a stroke. */
  marksOf({ change }, rows) {
    const angle = change.kind === "one-way" ? this.heading(change.where, rows) : 0;
    const sign = change.kind === "one-way" ? "➤" : change.kind === "reverse" ? "⇄" : change.kind.startsWith("close-") ? "−" : "!";
    return this.middles(rows).map((at) => ({ at, sign, angle }));
  }

  /** Return the direction from the first cross street to the second [°], anticlockwise from east. */
  heading(where, rows) {
    const spots = rows.flatMap((row) => [this.start(row), this.end(row)]);
    const [from, to] = where.between.map((name) => {
      const others = this.rowsOf(name).flatMap((row) => [this.start(row), this.end(row)]);
      return nearest(spots, others);
    });
    return (Math.atan2(to[1] - from[1], (to[0] - from[0]) * Math.cos((from[1] * Math.PI) / 180)) * 180) / Math.PI;
  }

  start(row) {
    const [a] = this.roads.span(row);
    return [this.roads.lonlat[a * 2], this.roads.lonlat[a * 2 + 1]];
  }

  end(row) {
    const [, b] = this.roads.span(row);
    return [this.roads.lonlat[(b - 1) * 2], this.roads.lonlat[(b - 1) * 2 + 1]];
  }

  /** Return the middle of the longest link of each street. @param {number[]} rows */
  middles(rows) {
    const { roads } = this;
    const longest = new Map();
    for (const row of rows) {
      const name = roads.value("name", row) || `#${row}`;
      const best = longest.get(name);
      if (best === undefined || roads.arrays.length_m[row] > roads.arrays.length_m[best]) longest.set(name, row);
    }
    return Array.from(longest.values(), (row) => {
      const [a, b] = roads.span(row);
      const i = (a + b - 1) / 2;
      const mid = (k) => (roads.lonlat[Math.floor(i) * 2 + k] + roads.lonlat[Math.ceil(i) * 2 + k]) / 2;
      return [mid(0), mid(1)];
    });
  }
}

/** Return the place of a list that is nearest to any of others; the first where there are none. */
function nearest(spots, others) {
  const far = ([x, y]) => Math.min(...others.map(([u, v]) => (x - u) ** 2 + (y - v) ** 2));
  return spots.reduce((best, spot) => (far(spot) < far(best) ? spot : best), spots[0]);
}

function discs(id, data, colour, radius) {
  return [new deck.ScatterplotLayer({
    id, data, getPosition: (d) => d.at, radiusUnits: "pixels", getRadius: radius, getFillColor: colour, getLineColor: RED, stroked: true,
    lineWidthUnits: "pixels", getLineWidth: 3,
  })];
}

/** A signal: three lamps, one above the other. */
function lamps(id, data) {
  const dots = data.flatMap(({ at }) => LAMPS.map(([dy, colour]) => ({ at, dy, colour })));
  return [
    new deck.ScatterplotLayer({ id: `${id}-disc`, data, getPosition: (d) => d.at, radiusUnits: "pixels", getRadius: 12,
      getFillColor: [40, 40, 44, 235], getLineColor: RED, stroked: true, lineWidthUnits: "pixels", getLineWidth: 3 }),
    new deck.TextLayer({ id: `${id}-lamps`, data: dots, getPosition: (d) => d.at, getText: () => "●", getSize: 9,
      getColor: (d) => d.colour, getPixelOffset: (d) => [0, d.dy], ...FONT }),
  ];
}
