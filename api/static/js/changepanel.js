/** The list of changes to the city, and the form that adds one: what, for whom, on which section, at which hours. */

import { dayInput, el, toast } from "./dom.js";
import { pick, t } from "./i18n.js";
import { post } from "./net.js";
import { suggest } from "./search.js";

const ALL = 63;
const WALK = 4;
const VEHICLES = [["motorcycle", 1], ["car", 8], ["bus", 16], ["truck", 32], ["bicycle", 2], ["walk", WALK]];
const FOUR_WHEELED = 56;
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const KINDS = ["close", "ban", "walking", "one-way", "signal"];
const CROSSED = ["one-way", "signal"]; // kinds that need the names of other streets
const ALWAYS = { from: "", to: "", days: [], first: "", last: "" };
const EMPTY = { kind: "close", modes: FOUR_WHEELED, ...ALWAYS, start: "", end: "", cycle: 60, share: 50 };
const WALKING = { from: "18:00", to: "02:00", days: ["fri", "sat", "sun"] };

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

  /** The section, the hours and the days: what most closures need none of. */
  details() {
    const f = this.form;
    const field = (id, type, name, more = {}) => el("label", {}, t(`change.${id}`),
      el("input", { type, id: `change-${id}`, value: String(f[name]), ...more,
        oninput: (e) => { f[name] = type === "number" ? Number(e.target.value) : e.target.value; } }));
    const day = (name) => el("label", {}, el("input", { type: "checkbox", checked: f.days.includes(name),
      onchange: (e) => { f.days = e.target.checked ? [...f.days, name] : f.days.filter((d) => d !== name); } }), t(`day.${name}`));
    const section = f.kind === "signal"
      ? [this.crossing("start", t("change.crossed")), field("cycle", "number", "cycle", { min: 20, max: 300 }),
        field("share", "number", "share", { min: 1, max: 99 })]
      : [this.crossing("start", t("change.start")), this.crossing("end", t("change.end"))];
    const hour = { pattern: "([01]\\d|2[0-4]):[0-5]\\d", inputMode: "numeric", autocomplete: "off" };
    const date = (name) => el("label", {}, t(`change.${name}`), dayInput({ id: `change-${name}` }, f[name], (iso) => { f[name] = iso; }));
    const clock = (name, placeholder) => field(name, "text", name, { ...hour, placeholder });
    const hours = [clock("from", "18:00"), clock("to", "02:00"), date("first"), date("last")];
    this.box = el("details", { open: this.open, id: "change-details", ontoggle: (e) => { this.open = e.target.open; } },
      el("summary", {}, t(f.kind === "signal" ? "change.signal" : "change.more")),
      el("div", { class: "grid" }, ...section, ...(f.kind === "signal" ? [] : hours)),
      ...(f.kind === "signal" ? [] : [el("fieldset", { class: "boxes" }, el("legend", {}, t("change.days")), ...DAYS.map(day))]));
    return this.box;
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
    const wrong = this.box?.querySelector("input:invalid");
    if (wrong) {
      this.box.open = true;
      wrong.reportValidity();
      return;
    }
    if (CROSSED.includes(f.kind) && !(f.start && (f.end || f.kind === "signal"))) {
      toast(t("change.needs_crossing"));
      return;
    }
    const between = f.start && f.end ? [f.start, f.end] : null;
    const when = this.when();
    if (f.kind === "signal") this.add({ kind: "signal-split", junction: [name, f.start], cycle_s: f.cycle, first_share: f.share / 100 });
    else if (f.kind === "one-way") this.add({ kind: "one-way", where: { street: name, between }, when });
    else this.add({ kind: "close-street", name, modes: this.modes(), between, when });
  }

  /** Add the change of the form to single links. @param {string[]} links */
  links(links) {
    if (CROSSED.includes(this.form.kind)) toast(t("change.needs_street"));
    else this.add({ kind: "close-link", links, modes: this.modes(), when: this.when() });
  }

  modes() {
    const { kind, modes } = this.form;
    return kind === "ban" ? modes : kind === "walking" ? ALL - WALK : ALL;
  }

  when() {
    const { from, to, days, first, last } = this.form;
    if (!from && !to && !first && !last && days.length === 0) return [];
    return [{ from_time: from || "00:00", to_time: to || "24:00", days: DAYS.filter((d) => days.includes(d)),
      first_day: first || null, last_day: last || null }];
  }

  /** Let the service check a change, then put it on the list. @param {object} change */
  async add(change) {
    try {
      const [checked] = await described([change]);
      const { closures } = this.store.get();
      if (!closures.some((c) => same(c, checked))) this.store.set({ closures: [...closures, checked] });
    } catch (error) {
      toast(error.message);
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
