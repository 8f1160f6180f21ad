/** The city's own layers, built from the pydeck specification and the packs it refers to. */

import { between, chooseRows, colours, lines, points, polygons, rings } from "./shapes.js";

const deck = globalThis.deck;

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
   * @param {{zoom: number, theme: string, switched: Record<string, boolean>}} ctx
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
    const ready = this.data(def, ctx.theme);
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
          id: `${def.id}-outline`, data: this.outline(def), _pathType: "open", positionFormat: "XY",
          widthUnits: "pixels", getWidth: 0.8, getColor: theme[outline], updateTriggers: { getColor: ctx.theme },
        }),
      );
    }
    return made;
  }

  /** @param {object} def @param {string} theme */
  data(def, theme) {
    const { key, select, widthColumn, fillBy } = def.twin;
    const name = fillBy ? `${def.id}/${theme}` : def.id;
    if (this.cache.has(name)) return this.cache.get(name);
    const pack = this.packs[key];
    const rows = chooseRows(pack, select, this.day);
    let made;
    if (def["@@type"] === "SolidPolygonLayer") made = polygons(pack, rows);
    else if (def["@@type"] === "PathLayer") made = def.twin.rings ? rings(pack, rows) : lines(pack, rows);
    else made = points(pack, rows);
    if (widthColumn) {
      const width = Float32Array.from(made.vertexRow, (row) => pack.value(widthColumn, row) ?? 0);
      made.attributes.getWidth = { value: width, size: 1 };
    }
    if (fillBy && made.attributes) {
      made.attributes.getFillColor = colours(rows, (row) => fillBy.colours[pack.value(fillBy.column, row)] ?? fillBy.other);
    }
    this.cache.set(name, made);
    return made;
  }

  /** @param {object} def */
  outline(def) {
    const name = `${def.id}/outline`;
    if (!this.cache.has(name)) {
      const pack = this.packs[def.twin.key];
      this.cache.set(name, rings(pack, chooseRows(pack, def.twin.select, this.day)));
    }
    return this.cache.get(name);
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
