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

  /** Greet, with the questions that most people ask. */
  greet({ greeting, questions: first }) {
    const text = h("div.reply.bubble", { lang: "zh-CN" }, paragraphs(greeting, this.desk));
    this.greeting.replaceChildren(text, ...questions(first, this.desk.say("first"), this.desk));
  }

  /** Say that there is no greeting to be had. */
  fail(fault, retry) {
    this.greeting.replaceChildren(this.#fault(fault, button(this.desk.say("retry"), retry)));
  }

  add(turn) {
    const mine = h("div.mine", h("span.unseen", this.desk.say("you")), turn.question);
    const box = h("div.turn", mine, h("div.theirs"));
    // A value answers the question just put; further down it would mean something else.
    this.node.querySelectorAll(".once").forEach((node) => (node.disabled = true));
    this.boxes.set(turn, box);
    this.node.append(box);
    this.update(turn);
    this.node.scrollTop = this.node.scrollHeight;
  }

  update(turn) {
    const box = this.boxes.get(turn);
    if (!box) return;
    const shown = turn.reply ? replyNodes(turn, this.desk) : turn.fault ? [this.#trouble(turn)] : [];
    box.lastChild.replaceChildren(...shown);
    // The question at the top, so that a long answer is read from its beginning.
    if (shown.length) this.node.scrollTop = box.offsetTop - 12;
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
    return h("div.fault", h("p", message || this.desk.say(code)), h("div.values", buttons));
  }
}

function button(text, onclick) {
  return h("button.second", { onclick }, text);
}
