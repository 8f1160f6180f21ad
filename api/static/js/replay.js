/** A comparison over time: the series of its runs, the tracks of vehicles, and what plays them. */

import { byId } from "./dom.js";
import { pack } from "./net.js";
import { tell } from "./problem.js";
import { drawTrips } from "./scene.js";
import { SCALES } from "./statelayers.js";
import { TripClock, Trips } from "./trips.js";

const PLAY_MS = 900;

/** Follows the state: fetches what is looked at, and moves the interval or the vehicles while it plays. */
export class Replay {
  /** @param {object} app @param {object} store @param {{schedule: () => void, legend: () => void}} o */
  constructor(app, store, { schedule, legend }) {
    Object.assign(this, { app, store, schedule, legend });
    this.trips = new Trips(app.packs.roads);
    this.clock = new TripClock((now) => this.moved(now));
    this.series = new Map();
  }

  /**
   * Return a series of one run at an interval; what is not there yet is fetched and drawn when it comes.
   * @param {"a"|"b"} side @param {number} step
   */
  values(side, step) {
    const { comparison: c, show } = this.store.get();
    const url = `/api/v1/runs/${c[side]}/series/${SCALES[show].key}?f=bin`;
    const found = this.series.get(url);
    if (found) return found[step] ?? null;
    this.series.set(url, []);
    pack(url).then(({ header: { intervals, places }, arrays }) => {
      this.series.set(url, Array.from({ length: intervals }, (_, i) => arrays.values.subarray(i * places, (i + 1) * places)));
      this.schedule();
    }).catch((error) => tell(error));
    return null;
  }

  /** Take over a change of the state. @param {boolean} moved whether the interval or the comparison changed */
  follow(moved) {
    const { comparison: c, step, trips, playing } = this.store.get();
    if (c && moved && !this.byClock) {
      const [from, to] = c.interval(Math.min(step, c.steps - 1));
      this.clock.now = (from + to) / 2;
    }
    if (c && trips && this.tracksOf !== c) this.fetchTracks(c);
    this.play(Boolean(c && playing), trips, c);
  }

  /** Fetch the tracks of both runs. @param {import("./comparison.js").Comparison} c */
  fetchTracks(c) {
    this.tracksOf = c;
    for (const side of ["a", "b"]) {
      this.trips.set(side, null);
      pack(`/api/v1/runs/${c[side]}/tracks`).then((found) => {
        if (this.tracksOf !== c) return;
        this.trips.set(side, found);
        this.legend();
        this.schedule();
      }).catch((error) => tell(error));
    }
  }

  /** Show a moment: the interval it lies in, the hour, the vehicles. @param {number} now [s] */
  moved(now) {
    const { comparison: c } = this.store.get();
    if (!c) return;
    const step = c.times.findIndex((to) => now < to);
    this.byClock = true;
    if (step >= 0) this.store.set({ step });
    this.byClock = false;
    const output = byId("timeline").querySelector("output");
    if (output) output.textContent = c.hour(now);
    if (this.app.below && !this.app.frame) drawTrips(this.app, this.store.get());
  }

  /** @param {boolean} on @param {boolean} trips @param {import("./comparison.js").Comparison|null} c */
  play(on, trips, c) {
    const moving = on && trips;
    this.clock.play(moving, c?.times.at(-1) ?? 0);
    const stepping = on && !moving;
    if (stepping === Boolean(this.player)) return;
    clearInterval(this.player);
    this.player = stepping ? setInterval(() => {
      const { comparison, step } = this.store.get();
      if (comparison) this.store.set({ step: (step + 1) % comparison.steps });
    }, PLAY_MS) : 0;
  }
}
