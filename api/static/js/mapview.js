/** The map itself: one deck.gl canvas with one view, or two in step for a comparison. */

const deck = globalThis.deck;
const LIMITS = { minZoom: 9, maxZoom: 19 };

/** A press this long is still a click: where the picture is drawn in software, looking what lies below takes a while. */
const CLICK_MS = 2000;

/** Owns the Deck instance, the camera and the layout of the views. */
export class MapView {
  /**
   * @param {HTMLElement} parent
   * @param {{view: object, onView: (v: object) => void, onClick: (info: object) => void, tip: (info: object) => object|null}} o
   */
  constructor(parent, { view, onView, onClick, tip }) {
    this.parent = parent;
    this.split = false;
    this.view = { ...view, ...LIMITS, pitch: 0, bearing: 0 };
    this.onView = onView;
    this.deck = new deck.Deck({
      parent, width: "100%", height: "100%", views: this.views(), viewState: this.view, layers: [],
      onViewStateChange: ({ viewState }) => this.move(viewState), onClick, getTooltip: tip, pickingRadius: 4,
      eventRecognizerOptions: { click: { time: CLICK_MS } },
      getCursor: ({ isDragging, isHovering }) => (isDragging ? "grabbing" : isHovering ? "pointer" : "grab"),
      layerFilter: ({ layer, viewport }) => {
        const side = /@([ab])/.exec(layer.id)?.[1];
        return !side || side === viewport.id;
      },
      useDevicePixels: Math.min(2, globalThis.devicePixelRatio || 1),
    });
    this.resize = new ResizeObserver(() => this.onView(this.view));
    this.resize.observe(parent);
  }

  views() {
    const controller = { doubleClickZoom: true, keyboard: true, dragRotate: false, touchRotate: false };
    const make = (id, x, width) => new deck.MapView({ id, x, width, y: 0, height: "100%", controller });
    return this.split ? [make("a", "0%", "50%"), make("b", "50%", "50%")] : [make("a", "0%", "100%")];
  }

  /** @param {boolean} split */
  setSplit(split) {
    if (split === this.split) return;
    this.split = split;
    this.deck.setProps({ views: this.views() });
    this.onView(this.view);
  }

  /** @param {object} next */
  move(next) {
    this.view = { ...this.view, ...next, ...LIMITS, pitch: 0, bearing: 0 };
    this.deck.setProps({ viewState: this.view });
    this.onView(this.view);
  }

  /** @param {object[]} layers */
  draw(layers) {
    this.deck.setProps({ layers });
  }

  /** Return a viewport of one view's size, for placing labels. */
  viewport() {
    const { clientWidth: width, clientHeight: height } = this.parent;
    const { WebMercatorViewport } = deck;
    return new WebMercatorViewport({ ...this.view, width: Math.max(1, width / (this.split ? 2 : 1)), height: Math.max(1, height) });
  }

  /** Return the nearest object of some layers at a click, whatever lies above it; null where there is none. */
  nearest({ x, y }, layerIds) {
    return this.deck.pickObject({ x, y, radius: 8, layerIds });
  }

  /** @param {number} step zoom levels, positive to come nearer */
  zoomBy(step) {
    const zoom = Math.min(LIMITS.maxZoom, Math.max(LIMITS.minZoom, this.view.zoom + step));
    this.move({ ...this.view, zoom });
  }

  /** @param {number} dx @param {number} dy pixels */
  panBy(dx, dy) {
    const viewport = this.viewport();
    const [longitude, latitude] = viewport.unproject([viewport.width / 2 + dx, viewport.height / 2 + dy]);
    this.move({ ...this.view, longitude, latitude });
  }

  /** @param {[number, number, number, number]} box west, south, east, north */
  fit([west, south, east, north]) {
    const target = this.viewport().fitBounds([[west, south], [east, north]], { padding: 60, maxZoom: 16.5 });
    this.move({ ...this.view, longitude: target.longitude, latitude: target.latitude, zoom: target.zoom });
  }
}
