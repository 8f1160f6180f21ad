/** The list of changes to the city, and the form that adds one: what, for whom, on which section, at which hours. */

import { el, toast } from "./dom.js";
import { pick, t } from "./i18n.js";
import { post } from "./net.js";
import { tell } from "./problem.js";
import { suggest } from "./search.js";
import { SIGNALS, TIMING, signalChange, signalFaults, signalFields } from "./signalform.js";
import { ALWAYS, whenFaults, whenFields, whenOf } from "./whenform.js";

const ALL = 63;
const WALK = 4;
const VEHICLES = [["motorcycle", 1], ["car", 8], ["bus", 16], ["truck", 32], ["bicycle", 2], ["walk", WALK]];
const FOUR_WHEELED = 56;
const KINDS = ["close", "ban", "walking", "one-way", ...SIGNALS];
const CROSSED = ["one-way", ...SIGNALS]; // kinds that need the names of other streets
const EMPTY = { kind: "close", modes: FOUR_WHEELED, start: "", end: "", ...ALWAYS, ...TIMING };
const WALKING = { from: "18:00", to: "02:00", overnight: true, days: ["fri", "sat", "sun"] };

/** Owns the form of changes; the changes themselves are in the store under `closures`. */
export class ChangePanel {
  /** @param {{names: () => import("./search.js").NameIndex, store: object, redraw: () => void}} o */
  constructor({ names, store, redraw }) {
    Object.assign(this, { names, store, redraw, form: { ...EMPTY }, open: false });
  }

  /** @returns {HTMLElement[]} */
  draw() {
    const { closures, picking } = this.store.get();
    const chips = closures.map((c) => {
      return el("li", {}, c.label,
        el("button", { type: "button", "aria-label": t("run.remove", { name: c.label }), onclick: () => this.remove(c) }, "✕"));
    });
    const words = { placeholder: t("change.street"), "aria-label": t("change.street") };
    const input = el("input", { type: "text", id: "close-name", autocomplete: "off", ...words });
    const list = el("ul", { class: "list", role: "listbox", hidden: true });
    suggest(input, list, (text) => this.names().find(text, { only: "roads" }), (found) => this.street(found.name));
    const pickOnMap = () => this.store.set({ picking: !picking });
    return [
      el("ul", { class: "chips", id: "closures" }, ...chips),
      ...(closures.length ? [] : [el("p", { class: "hint" }, t("run.closures_hint"))]),
      el("select", { id: "change-kind", "aria-label": t("change.kind"), onchange: (e) => this.choose(e.target.value) },
        ...KINDS.map((k) => el("option", { value: k, selected: k === this.form.kind }, t(`change.kind.${k}`)))),
      ...(this.form.kind === "ban" ? [this.vehicles()] : []),
      this.details(),
      el("div", { class: "row" }, input,
        el("button", { type: "button", id: "pick", class: "button", "aria-pressed": String(picking), onclick: pickOnMap }, t("run.pick"))),
      list,
      el("p", { class: "hint" }, t("change.add_hint")),
    ];
  }

  /** @param {string} kind */
  choose(kind) {
    this.form = { ...EMPTY, kind, ...(kind === "walking" ? WALKING : {}) };
    this.open = this.open || kind === "walking" || CROSSED.includes(kind);
    this.redraw();
  }

  vehicles() {
    const box = ([name, bit]) => el("label", {}, el("input", { type: "checkbox", checked: Boolean(this.form.modes & bit),
      onchange: (e) => { this.form.modes = e.target.checked ? this.form.modes | bit : this.form.modes & ~bit; } }), t(`mode.${name}`));
    return el("fieldset", { class: "boxes", id: "change-vehicles" }, el("legend", {}, t("change.vehicles")), ...VEHICLES.map(box));
  }

  /** The section or the junction, the signal's times, the hours and the days: what most closures need none of. */
  details() {
    const f = this.form;
    const signal = SIGNALS.includes(f.kind);
    const check = () => this.check();
    const section = signal ? [this.crossing("start", t("change.crossed"))]
      : [this.crossing("start", t("change.start")), this.crossing("end", t("change.end"))];
    this.problem = el("ul", { class: "faults", id: "change-problem", role: "alert", hidden: true });
    this.box = el("details", { open: this.open, id: "change-details", ontoggle: (e) => { this.open = e.target.open; } },
      el("summary", {}, t(signal ? "change.signal" : "change.more")),
      el("div", { class: "grid" }, ...section), ...(signal ? signalFields(f, check) : []), ...whenFields(f, check), this.problem);
    return this.box;
  }

  /** Mark the fields that are wrong and say why; true where all are good. */
  check() {
    const f = this.form;
    const vehicles = f.kind === "ban" && !f.modes ? { vehicles: t("change.needs_vehicle") } : {};
    const faults = { ...vehicles, ...whenFaults(f), ...signalFaults(f) };
    for (const input of this.box.querySelectorAll("input[id^=change-]")) {
      input.setCustomValidity(faults[input.id.replace("change-", "")] ?? "");
    }
    this.problem.replaceChildren(...Object.values(faults).map((words) => el("li", {}, words)));
    this.problem.hidden = Object.keys(faults).length === 0;
    return this.problem.hidden;
  }

  /** An input for a cross street, with suggestions. */
  crossing(name, words) {
    const input = el("input", { type: "text", id: `change-${name}`, autocomplete: "off", value: this.form[name],
      oninput: (e) => { this.form[name] = e.target.value; } });
    const list = el("ul", { class: "list", role: "listbox", hidden: true });
    const take = (found) => { this.form[name] = found.name; input.value = found.name; };
    suggest(input, list, (text) => this.names().find(text, { only: "roads" }), take);
    return el("label", {}, words, input, list);
  }

  /** Add the change of the form to a street. @param {string} name */
  street(name) {
    const f = this.form;
    if (!this.check()) {
      this.box.open = true;
      this.box.querySelector("input:invalid")?.focus();
      this.problem.scrollIntoView({ block: "center" });
      return;
    }
    const signal = SIGNALS.includes(f.kind);
    if (CROSSED.includes(f.kind) && !(f.start && (f.end || signal))) {
      toast(t(signal ? "change.needs_junction" : "change.needs_crossing"));
      return;
    }
    const between = f.start && f.end ? [f.start, f.end] : null;
    if (!between && !signal && (f.start || f.end)) {
      toast(t("change.needs_both"));
      return;
    }
    const when = whenOf(f);
    if (signal) this.add(signalChange(f, name, when));
    else if (f.kind === "one-way") this.add({ kind: "one-way", where: { street: name, between }, when });
    else this.add({ kind: "close-street", name, modes: this.modes(), between, when });
  }

  /** Add the change of the form to single links. @param {string[]} links */
  links(links) {
    if (CROSSED.includes(this.form.kind)) toast(t("change.needs_street"));
    else if (this.check()) this.add({ kind: "close-link", links, modes: this.modes(), when: whenOf(this.form) });
  }

  modes() {
    const { kind, modes } = this.form;
    return kind === "ban" ? modes : kind === "walking" ? ALL - WALK : ALL;
  }

  /** Let the service check a change, then put it on the list. @param {object} change */
  async add(change) {
    try {
      const [checked] = await described([change]);
      const { closures } = this.store.get();
      if (!closures.some((c) => same(c, checked))) this.store.set({ closures: [...closures, checked] });
    } catch (error) {
      tell(error);
    }
  }

  /** @param {object} closure */
  remove(closure) {
    this.store.set({ closures: this.store.get().closures.filter((c) => c !== closure) });
  }
}

/** Return changes with their words and the links they touch. @param {object[]} interventions */
export async function described(interventions) {
  const told = await post("/api/v1/changes", { interventions });
  return interventions.map((change, i) => ({
    change, links: told[i].links, lonlat: told[i].lonlat, words: told[i].label,
    get label() { return pick(this.words); }, // in the language of the moment
  }));
}

const same = (a, b) => JSON.stringify(a.change) === JSON.stringify(b.change);
