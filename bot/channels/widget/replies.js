// One reply as nodes: a small function for each kind, plain text for a kind not known yet.
import { copyText, h } from "./dom.js";
import { link, markdown } from "./markdown.js";
import { receipt } from "./receipt.js";

/** Show a reply. `desk` says words, completes addresses, asks the next question and takes the vote. */
export function replyNodes(turn, desk) {
  const { reply } = turn;
  const sourced = reply.entry || reply.estimate;
  const text = h("div", { lang: "zh-CN" }, said(reply, desk));
  return [h(sourced ? "div.reply" : "div.reply.bubble", text, sourced && actions(turn, desk)), ...options(reply, desk)];
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
  const { entry, passage } = reply;
  const whole = h("div.text", markdown(reply.text, desk.address));
  const part = passage && passage !== reply.text && [
    h("p.label", desk.say("part")),
    h("div.text.part", markdown(passage, desk.address)),
    h("details", h("summary", desk.say("whole")), whole),
  ];
  return [entry && h("h3", entry.question), part || whole, notice(reply), entry && footing(entry, desk)];
}

function footing({ basis, valid, url }, desk) {
  return h(
    "p.basis",
    basis && h("span", desk.say("basis"), link(url, basis, desk.address)),
    valid && h("span", desk.say("valid"), valid),
  );
}

function calculation(reply, desk) {
  if (!reply.estimate?.results.length) return answer(reply, desk);
  const words = h("details", h("summary", desk.say("words")), paragraphs(reply.text, desk));
  return [receipt(reply, desk), words, notice(reply)];
}

function ask(reply, desk) {
  const values = reply.ask?.options ?? [];
  const buttons = values.map((value) => h("button.value.once", { onclick: () => desk.ask(value) }, value));
  return [paragraphs(reply.text, desk), h("div.values", { role: "group", "aria-label": desk.say("choose") }, buttons)];
}

function plain(reply, desk) {
  return [paragraphs(reply.text, desk), notice(reply)];
}

function notice(reply) {
  return reply.notice && h("p.notice", reply.notice);
}

/** The bot's own sentences, a line each; the hotline in them can be called. */
export function paragraphs(text, { phone }) {
  const call = (part, i) => (i ? [h("a", { href: `tel:${phone}` }, phone), part] : [part]);
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => h("p", phone ? line.split(phone).flatMap(call) : line));
}

/** Questions to tap on. */
export function questions(options, heading, desk) {
  const button = ({ question }) => h("button.question", { lang: "zh-CN", onclick: () => desk.ask(question) }, question);
  return [h("p.label", heading), h("ul.questions", options.map((option) => h("li", button(option))))];
}

function options({ kind, options: offered = [] }, desk) {
  const { phone, say } = desk;
  const heading = { clarify: "choose", abstain: "nearest" }[kind] ?? "related";
  const call = kind === "abstain" && phone && h("a.call", { href: `tel:${phone}` }, say("call", phone));
  return [call || "", ...(offered.length ? questions(offered, say(heading), desk) : [])];
}

function actions(turn, desk) {
  const state = h("span.state");
  const tell = (key) => (state.textContent = desk.say(key));
  const copy = async () => {
    const done = await copyText(plainText(turn.reply, desk), row.getRootNode());
    tell(done ? "copied" : "uncopied");
  };
  const vote = async (helpful) => {
    row.querySelector("form")?.remove();
    const sent = await desk.vote(turn, helpful);
    [yes, no].forEach((button) => button.setAttribute("aria-pressed", turn.vote === (button === yes)));
    tell(sent ? "thanks" : "offline");
    if (sent && !helpful) row.append(commentForm(turn, tell, desk));
  };
  const choice = (key, helpful) =>
    h("button.quiet", { "aria-pressed": turn.vote === helpful, onclick: () => vote(helpful) }, desk.say(key));
  const [yes, no] = [choice("helpful", true), choice("unhelpful", false)];
  const row = h("div.actions", h("button.quiet", { onclick: copy }, desk.say("copy")), yes, no, state);
  return row;
}

function commentForm(turn, tell, desk) {
  const why = desk.say("why");
  const box = h("textarea", { rows: 2, maxlength: 500, "aria-label": why, placeholder: why });
  const onsubmit = async (event) => {
    event.preventDefault();
    const comment = box.value.trim();
    const sent = !comment || (await desk.vote(turn, false, comment));
    tell(sent ? "thanks" : "offline");
    if (sent) form.remove();
  };
  const form = h("form.comment", { onsubmit }, box, h("button.second", { type: "submit" }, desk.say("submit")));
  return form;
}

function plainText({ entry, text, notice }, desk) {
  const source = entry && [entry.basis && desk.say("basis") + entry.basis, desk.address(entry.url)];
  return [entry?.question, text, notice, source].flat().filter(Boolean).join("\n\n");
}
