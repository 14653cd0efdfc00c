// The conversation: one box a turn, the question above, below it the reply, the waiting or the fault.
import { h } from "./dom.js";
import { paragraphs, questions, replyNodes } from "./replies.js";

/** The log of a conversation. */
export class Talk {
  constructor(desk) {
    this.desk = desk;
    this.boxes = new Map();
    this.greeting = h("div.turn");
    this.node = h("div.log", { role: "log", tabindex: 0, "aria-label": desk.say("log") }, this.greeting);
  }

  /** Greet, with the questions that most people ask; `back` returns to a conversation just put aside. */
  greet({ greeting, notice, questions: first }, back) {
    const { desk } = this;
    const hello = [h("div.reply.bubble", paragraphs(greeting, desk)), back ? button(desk.say("back"), back) : ""];
    this.greeting.replaceChildren(
      notice ? h("div.bar", paragraphs(notice, desk)) : "",
      // Who comes with a question needs no greeting.
      ...(this.#led ? [] : [...hello, ...questions(first, desk.say("first"), desk)]),
    );
  }

  get #led() {
    return [...this.boxes.keys()][0]?.seed;
  }

  /** Show the last question again, after whatever moved it away. */
  rest() {
    const box = [...this.boxes.values()].pop();
    if (box) this.node.scrollTop = this.#led && this.boxes.size === 1 ? 0 : box.offsetTop - 12;
  }

  /** A value answers the question just put; further down, or in another session, it would mean something else. */
  expire() {
    this.node.querySelectorAll(".once").forEach((node) => (node.disabled = true));
  }

  /** Say that there is no greeting to be had. */
  fail(fault, retry) {
    this.greeting.replaceChildren(this.#fault(fault, button(this.desk.say("retry"), retry)));
  }

  add(turn) {
    const mine = h("div.mine", h("span.unseen", this.desk.say("you")), turn.question);
    const box = h("div.turn", mine, h("div.theirs"));
    this.expire();
    this.boxes.set(turn, box);
    this.node.append(box);
    this.update(turn);
    this.rest();
  }

  update(turn) {
    const box = this.boxes.get(turn);
    if (!box) return;
    const shown = turn.reply ? replyNodes(turn, this.desk) : turn.fault ? [this.#trouble(turn)] : [];
    box.lastChild.replaceChildren(...shown);
    // The question at the top, so that a long answer is read from its beginning.
    if (shown.length) this.node.scrollTop = box.offsetTop - 12;
    if (!box.nextSibling) return;
    box.querySelectorAll(".once").forEach((node) => (node.disabled = true));
  }

  wait(turn) {
    this.boxes.get(turn)?.lastChild.replaceChildren(h("p.waiting", this.desk.say("working"), h("i"), h("i"), h("i")));
  }

  drop(turn) {
    this.boxes.get(turn)?.remove();
    this.boxes.delete(turn);
  }

  #trouble(turn) {
    const { say, retry, edit } = this.desk;
    const again = turn.fault.code !== "refused" && button(say("retry"), () => retry(turn));
    return this.#fault(turn.fault, again, button(say("edit"), () => edit(turn)));
  }

  #fault({ code, message }, ...buttons) {
    const { desk } = this;
    const call = !message && code !== "busy" && desk.phone ? `\n${desk.say("urgent", desk.phone)}` : "";
    return h("div.fault", paragraphs((message || desk.say(code)) + call, desk), h("div.values", buttons));
  }
}

function button(text, onclick) {
  return h("button.second", { onclick }, text);
}
