/** Talking to the service: JSON, packs, problems in words, and event streams. */

import { language } from "./i18n.js";
import { decodePack } from "./pack.js";

/** A problem document (RFC 9457) as an error that speaks the user's language. */
export class Problem extends Error {
  /**
   * @param {{title?: string, title_vi?: string, detail?: string, detail_vi?: string, remedy?: string, remedy_vi?: string,
   *   status?: number, code?: string}} document
   */
  constructor(document) {
    super(problemWords(document).join(" · "));
    this.document = document;
  }
}

/**
 * Return what a problem document says to a planner, in order: what went wrong, why where it is known in plain words, what to do.
 * @param {object} p
 */
export function problemWords(p) {
  const plain = p.detail_vi || !p.remedy;
  return (language() === "vi" ? [p.title_vi || p.title, p.detail_vi || (plain && p.detail), p.remedy_vi]
    : [p.title, plain && p.detail, p.remedy]).filter(Boolean);
}

/**
 * Return the JSON of an answer, or throw the Problem it carries.
 * @param {string} url
 * @param {RequestInit} [options]
 */
export async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw await problemOf(answer);
  return answer.status === 204 ? null : answer.json();
}

/** @param {Response} answer */
async function problemOf(answer) {
  try {
    return new Problem({ status: answer.status, ...(await answer.json()) });
  } catch {
    return new Problem({ title: `HTTP ${answer.status}`, title_vi: `HTTP ${answer.status}`, status: answer.status });
  }
}

/**
 * Post a JSON body.
 * @param {string} url
 * @param {object} body
 */
export const post = (url, body) =>
  json(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/**
 * Return a decoded pack.
 * @param {string} url
 */
export async function pack(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw await problemOf(answer);
  return decodePack(await answer.arrayBuffer());
}

/**
 * Listen to a stream of server-sent events whose data is JSON.
 * @param {string} url
 * @param {Record<string, (data: any) => void>} handlers by event name
 * @param {(connected: boolean) => void} [link] told when the connection comes and goes
 * @returns {() => void} stop
 */
export function listen(url, handlers, link = () => {}) {
  const source = new EventSource(url);
  for (const [name, act] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => act(JSON.parse(event.data)));
  }
  source.onopen = () => link(true);
  source.onerror = () => link(false);
  return () => source.close();
}

/**
 * Return typed numbers from base64.
 * @param {string} text
 * @param {Uint8ArrayConstructor|Uint16ArrayConstructor} Kind
 */
export function fromBase64(text, Kind) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Kind(bytes.buffer, 0, Math.floor(bytes.byteLength / Kind.BYTES_PER_ELEMENT));
}
