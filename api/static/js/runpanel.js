/** The what-if: choose a scenario, its parameters and closures, run it beside its baseline, watch and cancel. */

import { ChangePanel, described } from "./changepanel.js";
import { el } from "./dom.js";
import { age, dayWords, number, pick, span, t } from "./i18n.js";
import { json, listen, post } from "./net.js";
import { hourText, paramFields } from "./paramfields.js";
import { problemParts, tell } from "./problem.js";

const DONE = ["successful", "failed", "dismissed"];
const USUAL = "traffic"; // the scenario that changes of streets and the ready-made what-ifs are about
const LEAST_REPLICATIONS = 3; // an interval of confidence needs two

/** Owns the form and the two runs under way. */
export class RunPanel {
  /**
   * @param {HTMLElement} root
   * @param {{scenarios: object[], names: import("./search.js").NameIndex, store: object, onDone: (ids: {a: string, b: string}) => void,
   *   onTaken: (closures: object[]) => void}} o
   */
  constructor(root, { scenarios, names, store, onDone, onTaken }) {
    Object.assign(this, { root, scenarios, names, store, onDone, onTaken, whatIfs: [] });
    this.taken = null; // the ready-made what-if whose changes are on the list
    this.changes = new ChangePanel({ names: () => this.names, store, redraw: () => this.draw() });
    const ready = scenarios.filter((s) => s.available !== false);
    this.chosen = ready.find((s) => s.name === USUAL) ?? ready[0] ?? scenarios[0];
    this.values = {};
    this.open = new Set();
    this.running = null;
    this.problem = "";
    this.form = el("div");
    this.status = el("div", { role: "status" });
    this.result = el("div", { id: "result" });
    root.replaceChildren(this.form, this.status, this.result);
    this.draw();
    json("/api/v1/what-ifs").then((found) => { this.whatIfs = found; this.draw(); }).catch((error) => tell(error));
  }

  /** Draw the form again: language, closures or scenario changed. */
  draw() {
    if (!this.chosen) {
      this.form.replaceChildren(el("p", { class: "hint" }, t("run.no_scenarios")));
      return;
    }
    const choices = this.scenarios.map((s) =>
      el("option", { value: s.name, selected: s === this.chosen, disabled: s.available === false }, pick(s.title)));
    const select = el("select", { id: "scenario", onchange: (e) => this.choose(e.target.value) }, ...choices);
    const { closures } = this.store.get();
    const idle = !this.running && closures.length > 0;
    this.form.replaceChildren(
      el("h2", {}, t("run.scenario")), select,
      ...(this.chosen.reason ? [el("p", { class: "problem" }, pick(this.chosen.reason))] : []),
      el("h2", {}, t("run.closures")), ...this.ready(), ...this.changes.draw(),
      el("h2", {}, t("run.params")), ...paramFields(this.chosen.params?.properties ?? {}, {
        value: (name, p) => this.values[name] ?? this.standard(name, p),
        standard: (name, p) => this.standard(name, p),
        keep: (name, value) => {
          this.values[name] = value;
          this.form.querySelector("#asked").textContent = this.asked();
        },
        open: this.open,
      }),
      el("div", { class: "actions go" }, el("p", { id: "asked", class: "hint" }, this.asked()),
        el("button", { type: "button", id: "run", class: "button primary", disabled: !idle, onclick: () => this.run() }, t("run.run"))),
    );
    this.drawStatus();
  }

  /** @param {string} name */
  choose(name) {
    this.chosen = this.scenarios.find((s) => s.name === name);
    this.values = {};
    this.draw();
  }

  /** Offer the ready-made what-ifs: their changes replace those on the list, their day and hours those of the form. */
  ready() {
    if (this.whatIfs.length === 0) return [];
    const listed = JSON.stringify(this.store.get().closures.map((c) => c.change));
    const chosen = this.taken && JSON.stringify(this.taken.interventions) === listed ? this.taken : null;
    const options = this.whatIfs.map((w) => el("option", { value: w.key, selected: w.key === chosen?.key }, pick(w.title)));
    const take = (e) => this.takeReady(this.whatIfs.find((w) => w.key === e.target.value));
    return [el("select", { id: "what-if", "aria-label": t("run.ready"), onchange: take },
      el("option", { value: "", selected: !chosen }, t("run.ready")), ...options),
      ...(chosen ? [el("p", { class: "hint", id: "what-if-source" }, pick(chosen.source))] : [])];
  }

  /** Say in one line what a run would simulate: day, hours, replications. */
  asked() {
    const known = this.chosen.params?.properties ?? {};
    const value = (name) => (name in known ? this.values[name] ?? this.standard(name, known[name]) : undefined);
    const [day, start, minutes, times] = ["date", "start_h", "duration_min", "replications"].map(value);
    const hours = start === undefined ? span(60 * minutes) : `${hourText(start)}–${hourText((start + minutes / 60) % 24)}`;
    return t("run.asked", { day: day ? dayWords(day) : "", hours, n: number(times, 0) });
  }

  /** @param {object|undefined} whatIf */
  async takeReady(whatIf) {
    if (!whatIf) return;
    try {
      const closures = await described(whatIf.interventions);
      const usual = this.scenarios.find((s) => s.name === USUAL && s.available !== false);
      if (usual && usual !== this.chosen) this.choose(USUAL);
      const known = this.chosen.params?.properties ?? {};
      this.taken = whatIf;
      const { date: _day, start_h: _start, duration_min: _length, ...others } = this.values;
      this.values = { ...others, ...Object.fromEntries(Object.entries(whatIf.params).filter(([name]) => name in known)) };
      this.store.set({ closures });
      this.onTaken(closures);
    } catch (error) {
      tell(error);
    }
  }

  /** Return what a field starts with: the scenario's default, but enough replications to show how sure a difference is. */
  standard(name, p) {
    return name === "replications" ? Math.max(LEAST_REPLICATIONS, p.default ?? 1) : p.default;
  }

  /** Return the two questions: the same but for the interventions. */
  questions() {
    const { replications, ...params } = this.values;
    const spec = this.chosen.params?.properties?.replications ?? {};
    const body = { scenario: this.chosen.name, params, seed: 1, from: "survey" };
    body.replications = replications ?? this.standard("replications", spec);
    const interventions = this.store.get().closures.map((c) => c.change);
    return { a: { ...body, interventions: [] }, b: { ...body, interventions } };
  }

  /** Submit both runs and follow them. */
  async run() {
    const wrong = this.form.querySelector("input:invalid");
    if (wrong) {
      const box = wrong.closest("details");
      if (box) box.open = true;
      wrong.reportValidity();
      return;
    }
    this.problem = "";
    this.running = { a: { status: "accepted", progress: 0 }, b: { status: "accepted", progress: 0 }, stops: [], since: performance.now() };
    this.draw();
    this.status.scrollIntoView({ block: "nearest" });
    try {
      const { a, b } = this.questions();
      const made = [await post("/api/v1/runs", a), await post("/api/v1/runs", b)];
      Object.assign(this.running, { a: made[0], b: made[1] });
      for (const side of ["a", "b"]) this.follow(side);
      this.check();
    } catch (error) {
      this.stop(error.document ?? error.message);
    }
  }

  /** @param {"a"|"b"} side */
  follow(side) {
    const run = this.running[side];
    if (DONE.includes(run.status)) return;
    const take = (state) => {
      if (!this.running) return;
      this.running[side] = { ...this.running[side], ...state };
      this.check();
    };
    const stop = listen(`/api/v1/runs/${run.id}/events`, {
      progress: take,
      done: (state) => { stop(); take(state); },
    }, (connected) => { if (!connected) this.recover(run.id, take); });
    this.running.stops.push(stop);
  }

  /** After a lost stream ask for the state once: the run may have ended meanwhile. */
  async recover(id, take) {
    try {
      take(await json(`/api/v1/runs/${id}`));
    } catch (error) {
      this.stop(error.document ?? error.message);
    }
  }

  check() {
    const { a, b } = this.running;
    const bad = [a, b].find((r) => r.status === "failed" || r.status === "dismissed");
    if (bad) {
      this.stop(bad.status === "dismissed" ? t("run.dismissed") : bad.problem ?? t("run.failed"));
    } else if (a.status === "successful" && b.status === "successful") {
      const ids = { a: a.id, b: b.id };
      this.stop("");
      this.onDone(ids);
    } else this.drawStatus();
  }

  /** @param {object|string} problem a problem document, or words */
  stop(problem) {
    for (const stop of this.running?.stops ?? []) stop();
    this.running = null;
    this.problem = problem;
    this.draw();
  }

  async cancel() {
    const runs = [this.running.a, this.running.b].filter((r) => r.id && !DONE.includes(r.status));
    this.stop(t("run.dismissed"));
    await Promise.allSettled(runs.map((r) => json(`/api/v1/runs/${r.id}`, { method: "DELETE" })));
  }

  drawStatus() {
    if (!this.running) {
      this.status.replaceChildren(...(this.problem ? [el("div", { class: "problem", role: "alert" }, ...problemParts(this.problem))] : []));
      return;
    }
    const { a, b } = this.running;
    const share = ((a.progress ?? 0) + (b.progress ?? 0)) / 2;
    const left = share > 0.08 ? ((performance.now() - this.running.since) / 1000) * (1 / share - 1) : null;
    const line = (name, r) => el("p", {}, `${t(name)}: ${t(`status.${r.status}`)} · ${number((r.progress ?? 0) * 100, 0)} %`
      + (r.sim_time ? ` · ${this.simTime(r.sim_time)}` : r.status === "running" && !r.progress
        ? ` · ${t("run.preparing")}` : ""));
    this.status.replaceChildren(el("div", { class: "progress" },
      el("progress", { id: "progress", max: 1, value: share || undefined, "aria-label": t("run.progress") }),
      line("compare.a", a), line("compare.b", b), el("p", {}, left === null ? t("run.both") : t("run.left", { time: age(left) })),
      el("button", { type: "button", id: "cancel", class: "button", onclick: () => this.cancel() }, t("run.cancel"))));
  }

  /** @param {number} seconds of simulated time */
  simTime(seconds) {
    if (seconds < 0) return t("run.warm_up");
    const known = this.chosen.params?.properties ?? {};
    const start = known.start_h && (this.values.start_h ?? known.start_h.default);
    return t("run.sim_time", { time: start === undefined ? span(seconds) : hourText((start + seconds / 3600) % 24) });
  }
}
