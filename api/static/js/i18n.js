/** Words, numbers and dates: Vietnamese first, English second. */

let words = {};
let lang = "vi";

/**
 * Load the words of a language.
 * @param {"vi"|"en"} wanted
 */
export async function loadWords(wanted) {
  const answer = await fetch(`/static/i18n/${wanted}.json`);
  words = await answer.json();
  lang = wanted;
  document.documentElement.lang = wanted;
}

/**
 * Return the text of a key, with `{name}` filled in.
 * @param {string} key
 * @param {Record<string, string|number>} [values]
 */
export function t(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Return the language in use. */
export const language = () => lang;

/**
 * Choose from a {vi, en} pair, or return plain text as it is.
 * @param {{vi: string, en: string}|string|null|undefined} pair
 */
export function pick(pair) {
  if (pair === null || pair === undefined) return "";
  return typeof pair === "string" ? pair : (pair[lang] ?? pair.vi ?? pair.en ?? "");
}

/**
 * Return a number as the language writes it: decimal comma in Vietnamese.
 * @param {number|null|undefined} value
 * @param {number} [digits] most decimals; by size when not given
 */
export function number(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const places = digits ?? (size >= 100 ? 0 : size >= 10 ? 1 : 2);
  const small = digits === undefined && size > 0 && size < 0.1;
  const format = small ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: places };
  return new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB", format).format(value);
}

/**
 * Read a number as the language writes it; a point before three digits groups thousands in Vietnamese, a comma in English.
 * @param {string} text
 * @returns {number} NaN for no number
 */
export function numberOf(text) {
  const plainText = text.trim().replaceAll(/\s/g, "");
  const [group, decimal] = lang === "vi" ? [".", ","] : [",", "."];
  const grouped = new RegExp(`^[1-9]\\d{0,2}(\\${group}\\d{3})+(\\${decimal}\\d*)?$`);
  const joined = grouped.test(plainText) ? plainText.replaceAll(group, "") : plainText;
  const written = joined.replace(",", ".");
  return written === "" ? NaN : Number(written);
}

/**
 * Return a unit as the language writes it, between two texts; nothing for a plain count.
 * @param {string} key @param {string} [before] @param {string} [after]
 */
export function unit(key, before = "", after = "") {
  if (!key || key === "1") return "";
  return `${before}${words[`u.${key}`] ?? key}${after}`;
}

/**
 * Return a result: two decimals at most, for chance is larger than a third; a whole number has none.
 * @param {number|null|undefined} value
 */
export function figure(value) {
  const size = Math.abs(value ?? 0);
  return exact(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/**
 * Return a number with just so many decimals, zeros too, so that figures under each other can be compared.
 * @param {number|null|undefined} value @param {number} digits
 */
export function exact(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const places = Number.isInteger(value) ? 0 : digits;
  const format = { minimumFractionDigits: places, maximumFractionDigits: places };
  return new Intl.NumberFormat(lang === "vi" ? "vi-VN" : "en-GB", format).format(value);
}

/**
 * Return a result with its sign, for differences; one that rounds to nothing is said to be about 0.
 * @param {number|null|undefined} value
 */
export function signed(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  if (Math.abs(value) < 0.005) return "≈ 0";
  return `${value > 0 ? "+" : "−"}${figure(Math.abs(value))}`;
}

/** Return a day with its weekday. @param {string} iso yyyy-MM-dd */
export function dayWords(iso) {
  const weekday = new Intl.DateTimeFormat(lang === "vi" ? "vi-VN" : "en-GB", { weekday: "long", timeZone: "UTC" });
  const name = weekday.format(new Date(`${iso}T00:00:00Z`)).replace(/^Thứ/, "thứ").replace("Nhật", "nhật");
  return `${name} ${iso.split("-").reverse().join("/")}`;
}

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Ho_Chi_Minh", day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit",
  hourCycle: "h23",
});

/**
 * Return an instant as dd/MM/yyyy HH:mm in Huế.
 * @param {string|number|Date|null} instant
 */
export function dateTime(instant) {
  if (!instant) return "–";
  const p = Object.fromEntries(clock.formatToParts(new Date(instant)).map((x) => [x.type, x.value]));
  return `${p.day}/${p.month}/${p.year} ${p.hour}:${p.minute}`;
}

/**
 * Return a span of simulated time as h:mm or minutes.
 * @param {number} seconds
 */
export function span(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("unit.minutes", { n: number(minutes, 0) });
  return t("unit.hours_minutes", { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, "0") });
}

/**
 * Return an age in words: seconds, minutes, hours.
 * @param {number} seconds
 */
export function age(seconds) {
  if (seconds < 90) return t("unit.seconds", { n: number(Math.max(0, Math.round(seconds)), 0) });
  if (seconds < 5400) return t("unit.minutes", { n: number(seconds / 60, 0) });
  return t("unit.hours", { n: number(seconds / 3600, 1) });
}

/**
 * Return text without case and Vietnamese marks: how names are searched.
 * @param {string} text
 */
export function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
}

/**
 * Put the words into every element that names one.
 * @param {ParentNode} [root]
 */
export function translate(root = document) {
  for (const el of root.querySelectorAll("[data-i18n]")) el.textContent = t(el.dataset.i18n);
  for (const el of root.querySelectorAll("[data-i18n-label]")) {
    el.setAttribute("aria-label", t(el.dataset.i18nLabel));
    el.setAttribute("title", t(el.dataset.i18nLabel));
  }
  for (const el of root.querySelectorAll("[data-i18n-placeholder]")) el.placeholder = t(el.dataset.i18nPlaceholder);
}
