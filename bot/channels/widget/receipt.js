// A calculation as a small receipt: who pays first, then the steps, what was assumed, the basis, and what to change.
import { h } from "./dom.js";
import { link } from "./markdown.js";

/** Show the card of a reply. */
export function receipt(reply, desk) {
  const { results, year, steps, premises } = reply.card;
  const [main, ...others] = results;
  return h(
    "div.receipt",
    main && h("p.sum", amount(main, "b"), others.slice(0, 1).map((row) => amount(row, "strong"))),
    others.length > 1 && h("dl", others.slice(1).map((row) => h("div", h("dt", row.label), h("dd", `${row.value} ${row.unit}`)))),
    grid(reply.card),
    year && h("p.year", validity(year, desk)),
    lines("sums", desk.say("steps"), steps),
    lines("points", desk.say("assumed"), premises),
    h("p.basis", source(reply, desk)),
  );
}

/** A table of what comes out in each case. */
export function grid({ table: [head, ...rows] }) {
  const row = (cells, name) => h("tr", cells.map((cell, i) => h(i ? name : "th", { scope: i ? "" : "row" }, cell)));
  if (!head) return "";
  const heads = h("tr", head.map((cell) => h("th", { scope: "col" }, cell)));
  return h("table.grid", h("thead", heads), h("tbody", rows.map((cells) => row(cells, "td"))));
}

/** What may be changed or chosen: sent with a tap, or put into the box to be completed. */
export function choices({ choices: offered }, desk, kind) {
  const tap = ({ say, fill }) => () => (fill ? desk.fill(say) : desk.ask(say));
  const buttons = offered.map((choice) => h(`button.${kind}.once`, { onclick: tap(choice) }, choice.label));
  return offered.length > 0 && h("div.values", { role: "group", "aria-label": desk.say("choose") }, buttons);
}

/** The year that numbers are of; once it is over, as a mark that is seen. */
export function validity(year, desk) {
  return desk.over ? h("span.chip", desk.say("ended", year)) : year;
}

function amount({ label, value, unit }, size) {
  return h("span", `${label} `, h(size, value), ` ${unit}`);
}

/** A heading and what belongs under it, nothing where there is nothing. */
export function lines(kind, heading, texts) {
  const items = texts.filter((text) => text.trim()).map((text) => h("li", text.trim()));
  return items.length > 0 && [h("p.label", heading), h(`ul.${kind}`, items)];
}

function source({ entry, card }, desk) {
  const named = entry?.basis ? [link(entry.url, entry.basis, desk.address)] : [];
  const others = card.sources.map((one) => link(`/answers/${one.entry_id}`, one.label || one.question, desk.address));
  const links = [...named, ...others].flatMap((node, i) => (i ? ["、", node] : [node]));
  return links.length > 0 && h("span", desk.say("basis"), links);
}
