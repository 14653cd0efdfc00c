// One reply as nodes: a small function for each kind, plain text for a kind not known yet.
import { actions } from "./actions.js";
import { h } from "./dom.js";
import { link, markdown } from "./markdown.js";
import { choices, grid, lines, receipt, validity } from "./receipt.js";

/** Show a reply. `desk` says words, completes addresses, asks the next question and takes the vote. */
export function replyNodes(turn, desk) {
  const { reply } = turn;
  const sourced = reply.entry || reply.estimate;
  const text = h("div", { lang: tongue(reply.text) }, said(reply, desk));
  return [h(sourced ? "div.reply" : "div.reply.bubble", text, actions(turn, desk)), ...options(reply, desk)];
}

/** The language that a voice should read a text in; that of the window around, where it is not Chinese. */
function tongue(text) {
  return /[\u4e00-\u9fff]/.test(text) && "zh-CN";
}

function said(reply, desk) {
  const kinds = { answer, calculation, ask };
  try {
    return (kinds[reply.kind] ?? plain)(reply, desk);
  } catch {
    // A shape that is not known yet still has its text.
    return plain(reply, desk);
  }
}

function answer(reply, desk) {
  const { entry, lead, passage } = reply;
  const whole = h("div.text", markdown(reply.text, desk.address));
  const part = passage && passage !== reply.text && [
    h("p.label", desk.say("part")),
    h("div.text.part", markdown(passage, desk.address)),
    h("details", h("summary", desk.say("whole")), whole),
  ];
  return [entry && h("h3", entry.question), lead && paragraphs(lead, desk), part || whole, notice(reply, desk), entry && footing(entry, desk)];
}

function footing({ basis, valid, url }, desk) {
  const year = valid && h("span", desk.over ? "" : desk.say("valid"), validity(valid, desk));
  return h("p.basis", basis && h("span", desk.say("basis"), link(url, basis, desk.address)), year);
}

function calculation(reply, desk) {
  if (!reply.card) return answer(reply, desk);
  return [reply.card.table.length > 0 && h("p", lastLine(reply)), receipt(reply, desk), notice(reply, desk), choices(reply.card, desk, reply.card.table.length ? "value" : "change")];
}

function ask(reply, desk) {
  const { card } = reply;
  if (!card?.table.length) return [paragraphs(reply.text, desk), card && choices(card, desk, "value"), notice(reply, desk)];
  // What comes out in each case stands in the table, so of the words only the question is left; the small print is last.
  const [cost, rest] = card.table[0].length > 2 ? [card.premises[0], card.premises.slice(1)] : ["", card.premises];
  const top = [cost, card.year && validity(card.year, desk)].map((part) => part && h("p.year", part));
  return [top, grid(card), h("p", lastLine(reply)), choices(card, desk, "value"), lines("points", desk.say("assumed"), rest), notice(reply, desk)];
}

function lastLine({ kind, text }) {
  return kind === "ask" && text.trim().split("\n").pop();
}

function plain(reply, desk) {
  return [paragraphs(reply.text, desk), notice(reply, desk)];
}

/** Where all answers are of a year that is over, the bar at the top has said so. */
function notice(reply, desk) {
  return reply.notice && !desk.over && h("p.notice", reply.notice);
}

/** The bot's own sentences, a line each; the hotline in them can be called. */
export function paragraphs(text, { phone }) {
  const call = (part, i) => (i ? [h("a.call", { href: `tel:${phone}` }, phone), part] : [part]);
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => h("p", phone ? line.split(phone).flatMap(call) : line));
}

/** Questions to tap on, by their short names. */
export function questions(options, heading, desk) {
  const button = ({ question, label }) =>
    h("button.question", { lang: tongue(label || question), onclick: () => desk.ask(question) }, label || question);
  return [h("p.label", heading), h("ul.questions", options.map((option) => h("li", button(option))))];
}

function options({ kind, options: offered = [] }, desk) {
  const heading = { clarify: "choose", abstain: "nearest" }[kind] ?? "related";
  return offered.length ? questions(offered, desk.say(heading), desk) : [];
}
