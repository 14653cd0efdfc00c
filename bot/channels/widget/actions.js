// What can be done with a reply: copy, have it read aloud, share it, say whether it helped.
import { copyText, h } from "./dom.js";

const FEEDBACK = ["answer", "calculation", "clarify", "abstain"];
const ADDRESS = /https?:\/\/[!-~]+/g;

/** The row below a reply; nothing where nothing can be done. */
export function actions(turn, desk) {
  const { entry, estimate, kind } = turn.reply;
  const state = h("span.state", { role: "status" });
  const tell = (key) => (state.textContent = desk.say(key));
  const tools = entry || estimate ? [copying(turn, desk, tell), reading(turn, desk), sharing(turn, desk, tell)] : [];
  const votes = desk.feedback && FEEDBACK.includes(kind) ? voting(turn, desk, tell) : [];
  const row = [...tools, ...votes].filter(Boolean);
  return row.length > 0 && h("div.actions", row, state);
}

function quiet(desk, key, onclick, pressed) {
  return h("button.quiet", { onclick, ...(pressed === undefined ? {} : { "aria-pressed": pressed }) }, desk.say(key));
}

function copying(turn, desk, tell) {
  const copy = async ({ currentTarget }) => {
    const done = await copyText(plainText(turn.reply, desk), currentTarget.getRootNode());
    tell(done ? "copied" : "uncopied");
  };
  return quiet(desk, "copy", copy);
}

function reading({ reply }, desk) {
  if (!("speechSynthesis" in window)) return null;
  const read = ({ currentTarget: button }) => {
    const running = button.getAttribute("aria-pressed") === "true";
    // Whatever is being read stops; its own button is told by its end.
    speechSynthesis.cancel();
    if (running) return;
    const voice = new SpeechSynthesisUtterance((reply.passage || reply.text).replace(ADDRESS, "").replace(/[*#`|]/g, ""));
    voice.lang = "zh-CN";
    voice.onend = voice.onerror = () => button.setAttribute("aria-pressed", false);
    button.setAttribute("aria-pressed", true);
    speechSynthesis.speak(voice);
  };
  return quiet(desk, "read", read, false);
}

function sharing({ question, reply }, desk, tell) {
  const url = desk.address(reply.entry?.url ?? `/?q=${encodeURIComponent(question)}`);
  const share = async ({ currentTarget }) => {
    if (!navigator.share) return tell((await copyText(url, currentTarget.getRootNode())) ? "linked" : "uncopied");
    // Who thinks better of it has shared nothing.
    await navigator.share({ title: reply.entry?.question ?? question, url }).catch(() => {});
  };
  return quiet(desk, "share", share);
}

function voting(turn, desk, tell) {
  const vote = async (helpful, row) => {
    row.querySelector("form")?.remove();
    const sent = await desk.vote(turn, helpful);
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", turn.vote === !i));
    tell(sent ? "thanks" : "offline");
    if (sent && !helpful) row.append(commentForm(turn, tell, desk));
  };
  const choice = (key, helpful) =>
    quiet(desk, key, ({ currentTarget }) => vote(helpful, currentTarget.parentNode), turn.vote === helpful);
  const buttons = [choice("helpful", true), choice("unhelpful", false)];
  return buttons;
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

function plainText({ entry, lead, text, notice }, desk) {
  const source = entry && [entry.basis && desk.say("basis") + entry.basis, desk.address(entry.url)];
  return [entry?.question, lead, text, notice, source].flat().filter(Boolean).join("\n\n");
}
