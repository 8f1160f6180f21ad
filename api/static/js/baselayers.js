/** The city's own layers, built from the pydeck specification and the packs it refers to. */

import { between, chooseRows, colours, lines, points, polygons, rings } from "./shapes.js";

const deck = globalThis.deck;

/** Return the view's box with half of it added on every side: small moves need nothing new. */
export const grown = ([w, s, e, n]) => [w - (e - w) / 2, s - (n - s) / 2, e + (e - w) / 2, n + (n - s) / 2];

/** @param {number[]} inner @param {number[]} outer west, south, east, north */
export const within = (inner, outer) =>
  inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];

/** Builds deck.gl layers of the specification; data are prepared once, only uniforms change with the zoom. */
export class BaseLayers {
  /**
   * @param {object} spec answer of /api/v1/map/spec
   * @param {Record<string, import("./pack.js").Pack>} packs by table
   * @param {string} day yyyy-MM-dd the rows must be valid on
   */
  constructor(spec, packs, day) {
    this.spec = spec;
    this.packs = packs;
    this.day = day;
    this.cache = new Map();
  }

  /**
   * Say whether a layer is shown: as the user switched it, else as the specification says.
   * @param {object} def
   * @param {Record<string, boolean>} switched
   */
  static shown(def, switched) {
    return switched[def.twin.panel ?? def.twin.key] ?? !def.twin.off;
  }

  /**
   * Return the layers for a zoom and theme.
   * @param {{zoom: number, theme: string, switched: Record<string, boolean>, bounds: number[]}} ctx
   */
  at(ctx) {
    const made = [];
    for (const def of this.spec.layers) {
      const { key, minZoom = 0, maxZoom = 24 } = def.twin;
      if (!this.packs[key] || !BaseLayers.shown(def, ctx.switched)) continue;
      if (ctx.zoom < minZoom || ctx.zoom > maxZoom) continue;
      made.push(...this.make(def, ctx));
    }
    return made;
  }

  /** @param {object} def @param {{zoom: number, theme: string}} ctx */
  make(def, ctx) {
    const { "@@type": type, twin, data: _url, ...props } = def;
    const colour = (token) => this.spec.themes[ctx.theme][token];
    const tokens = twin.tokens || {};
    const ready = this.data(def, ctx);
    if (type === "PathLayer") {
      const scale = twin.widthPx ? between(twin.widthPx, ctx.zoom) : 1;
      return [
        new deck.PathLayer({
          ...props, data: ready, _pathType: "open", positionFormat: "XY", widthScale: scale,
          ...(twin.widthPx ? { getWidth: 1 } : {}), getColor: colour(tokens.line), updateTriggers: { getColor: ctx.theme },
          capRounded: props.capRounded ?? false, jointRounded: props.jointRounded ?? true,
        }),
      ];
    }
    if (type === "SolidPolygonLayer") return this.areas(def, props, ready, ctx);
    return [new deck.ScatterplotLayer({ ...props, data: ready, positionFormat: "XY", radiusScale: ctx.zoom < 13 ? 0.75 : 1 })];
  }

  /** @param {object} def @param {object} props @param {object[]} ready @param {{theme: string, zoom: number}} ctx */
  areas(def, props, ready, ctx) {
    const theme = this.spec.themes[ctx.theme];
    const { fillBy, tokens = {}, outline, key } = def.twin;
    const pack = this.packs[key];
    const dim = ctx.theme === "dark" ? 0.16 : 1;
    const fill = fillBy
      ? (d) => {
          const c = fillBy.colours[pack.value(fillBy.column, d.row)] ?? fillBy.other ?? theme.land;
          return c.map((v, i) => (i < 3 ? v * dim + (1 - dim) * theme.land[i] : v));
        }
      : theme[tokens.fill];
    const made = [
      new deck.SolidPolygonLayer({
        ...props, data: ready, positionFormat: "XY", getPolygon: (d) => d.polygon, getFillColor: fill,
        updateTriggers: { getFillColor: ctx.theme },
      }),
    ];
    if (outline) {
      made.push(
        new deck.PathLayer({
          id: `${def.id}-outline`, data: this.kept(`${def.id}/outline`, def, ctx, rings), _pathType: "open", positionFormat: "XY",
          widthUnits: "pixels", getWidth: 0.8, getColor: theme[outline], updateTriggers: { getColor: ctx.theme },
        }),
      );
    }
    return made;
  }

  /** @param {object} def @param {{theme: string, bounds: number[]}} ctx */
  data(def, ctx) {
    const { key, widthColumn, fillBy } = def.twin;
    const name = fillBy ? `${def.id}/${ctx.theme}` : def.id;
    return this.kept(name, def, ctx, (pack, rows) => {
      if (def["@@type"] === "SolidPolygonLayer") return polygons(pack, rows);
      if (def["@@type"] === "PathLayer") {
        const made = def.twin.rings ? rings(pack, rows) : lines(pack, rows);
        if (widthColumn) {
          const width = Float32Array.from(made.vertexRow, (row) => pack.value(widthColumn, row) ?? 0);
          made.attributes.getWidth = { value: width, size: 1 };
        }
        return made;
      }
      const made = points(pack, rows);
      const colour = (row) => fillBy.colours[this.packs[key].value(fillBy.column, row)] ?? fillBy.other;
      if (fillBy) made.attributes.getFillColor = colours(rows, colour);
      return made;
    });
  }

  /**
   * Return what was made before, or make it: for large tables only around the view, and anew when the view leaves that.
   * @param {string} name @param {object} def @param {{bounds: number[]}} ctx
   * @param {(pack: import("./pack.js").Pack, rows: Uint32Array) => object} make
   */
  kept(name, def, ctx, make) {
    const { key, select, window: windowed } = def.twin;
    const kept = this.cache.get(name);
    if (kept && (!windowed || within(ctx.bounds, kept.box))) return kept.made;
    const pack = this.packs[key];
    const chosen = `${def.id}/rows`;
    if (!this.cache.has(chosen)) this.cache.set(chosen, chooseRows(pack, select, this.day));
    const box = windowed ? grown(ctx.bounds) : null;
    const rows = windowed ? pack.touching(this.cache.get(chosen), box) : this.cache.get(chosen);
    const made = make(pack, rows);
    this.cache.set(name, { box, made });
    return made;
  }

  /** @param {string} key @returns {string[]} ids of a table's layers that can be picked */
  layersOf(key) {
    return this.spec.layers.filter((def) => def.twin.key === key && def.pickable).map((def) => def.id);
  }

  /**
   * Return the table and row of a picked object.
   * @param {object} info deck.gl's picking info
   * @returns {{key: string, row: number}|null}
   */
  picked(info) {
    const def = this.spec.layers.find((d) => d.id === info.layer?.id);
    if (!def || info.index < 0) return null;
    const ready = info.layer.props.data;
    const row = Array.isArray(ready) ? ready[info.index]?.row : ready.owner?.[info.index];
    return row === undefined ? null : { key: def.twin.key, row };
  }
}
