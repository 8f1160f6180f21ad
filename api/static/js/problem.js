/** Bad news as a planner can use it: what went wrong, what to do about it, and the technical detail behind a fold. */

import { el, toast } from "./dom.js";
import { t } from "./i18n.js";
import { problemWords } from "./net.js";

/**
 * Return the parts of a problem document.
 * @param {object|string|null} problem a document, or plain words
 * @returns {HTMLElement[]}
 */
export function problemParts(problem) {
  if (!problem) return [el("p", {}, t("run.failed"))];
  if (typeof problem === "string") return [el("p", {}, problem)];
  const [title, ...more] = problemWords(problem);
  const technical = problem.detail && !more.includes(problem.detail)
    ? [el("details", {}, el("summary", {}, t("problem.technical")),
      el("p", { lang: "en" }, problem.detail, el("small", {}, ` [${problem.code ?? problem.status}]`)))]
    : [];
  return [el("p", {}, el("strong", {}, title)), ...more.map((words) => el("p", {}, words)), ...technical];
}

/** Show for a while what an error says. @param {Error & {document?: object}} error */
export const tell = (error) => toast(...(error.document ? problemParts(error.document) : [error.message]));
