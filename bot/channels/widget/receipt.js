// A calculation as a small receipt: the result large, then the steps, what was assumed, and the basis.
import { h } from "./dom.js";
import { link } from "./markdown.js";

/** Show the estimate of a reply. */
export function receipt(reply, desk) {
  const { results, formula, assumptions, basis, policy_year: year } = reply.estimate;
  const [main, ...others] = results;
  return h(
    "div.receipt",
    h("h3", main.label),
    h("p.sum", h("b", grouped(main.value)), ` ${main.unit}`),
    others.length > 0 && h("dl", others.map((row) => h("div", h("dt", row.label), h("dd", `${grouped(row.value)} ${row.unit}`)))),
    lines("sums", desk.say("steps"), formula.split("\n")),
    lines("points", desk.say("assumed"), assumptions),
    h("p.basis", source(reply, basis, desk), h("span", desk.say("valid"), year)),
  );
}

function lines(kind, heading, texts) {
  const items = texts.filter((text) => text.trim()).map((text) => h("li", text.trim()));
  return items.length > 0 && [h("p.label", heading), h(`ul.${kind}`, items)];
}

function source({ entry }, ids, desk) {
  const named = entry?.basis ? [link(entry.url, entry.basis, desk.address)] : [];
  const others = ids.filter((id) => !named.length || id !== entry.id).map((id) => link(`/answers/${id}`, id, desk.address));
  const links = [...named, ...others].flatMap((node, i) => (i ? ["、", node] : [node]));
  return links.length > 0 && h("span", desk.say("basis"), links);
}

/** 17460.00 as 17,460.00: the digits are never taken for a float. */
function grouped(value) {
  const [whole, ...rest] = String(value).split(".");
  return [whole.replace(/\d(?=(\d{3})+$)/g, "$&,"), ...rest].join(".");
}
