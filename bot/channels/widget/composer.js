// Where the question is written: it grows with the text, counts, and offers standard questions while typing.
import { h, icon } from "./dom.js";

const LONGEST = 500;
const NEARLY = 450;
const PAUSE = 180;
// Standard questions help with the first words, not with a story.
const WORTH = [2, 40];

/** The box for the question; tells the desk what is sent. */
export class Composer {
  constructor(desk, draft) {
    this.desk = desk;
    this.options = [];
    this.active = -1;
    this.box = h("textarea", {
      id: "question", rows: 1, enterkeyhint: "send", autocomplete: "off", placeholder: desk.say("example"),
      "aria-autocomplete": "list", "aria-controls": "suggestions", "aria-describedby": "count",
    });
    this.list = h("div.suggestions", { id: "suggestions", role: "listbox", "aria-label": desk.say("suggestions"), hidden: true });
    this.count = h("p.count", { id: "count" });
    this.status = h("p.unseen", { role: "status" });
    this.button = h("button.send", { type: "submit", "aria-label": desk.say("send") }, icon("send"));
    this.node = h(
      "form.composer",
      { onsubmit: (event) => this.#submit(event) },
      this.list,
      h("label.unseen", { for: "question" }, desk.say("question")),
      h("div.line", this.box, this.button),
      this.count,
      this.status,
      h("p.hint", desk.say("privacy")),
    );
    this.box.value = draft;
    this.#listen();
    this.#measure();
  }

  get text() {
    return this.box.value;
  }

  set text(value) {
    this.box.value = value;
    this.#measure();
    this.desk.draft(value);
  }

  set busy(value) {
    this.button.setAttribute("aria-disabled", String(value));
  }

  /** Close the suggestions; tell whether there were any. */
  close() {
    clearTimeout(this.clock);
    this.search?.abort();
    const open = !this.list.hidden;
    this.#offer([]);
    return open;
  }

  #listen() {
    this.box.addEventListener("input", () => {
      this.#measure();
      this.desk.draft(this.text);
      this.#suggestSoon();
    });
    this.box.addEventListener("keydown", (event) => this.#key(event));
    this.box.addEventListener("blur", () => this.close());
  }

  #submit(event) {
    event.preventDefault();
    this.#send(this.options[this.active]?.question ?? this.text);
  }

  #send(question) {
    const text = question.trim();
    if (!text || length(text) > LONGEST || !this.desk.ask(text)) return;
    this.close();
    this.text = "";
  }

  #key(event) {
    // Enter and the arrows belong to the input method while it is composing; Safari only says 229.
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.options.length) {
      event.preventDefault();
      this.#mark((this.active + step + this.options.length + 1) % (this.options.length + 1));
    } else if (event.key === "Enter" && !event.shiftKey) {
      this.#submit(event);
    }
  }

  #suggestSoon() {
    clearTimeout(this.clock);
    this.search?.abort();
    const text = this.text.trim();
    if (text.length < WORTH[0] || text.length > WORTH[1]) return this.#offer([]);
    this.clock = setTimeout(() => this.#suggest(text), PAUSE);
  }

  async #suggest(text) {
    this.search = new AbortController();
    const { signal } = this.search;
    // Without suggestions a question can be asked all the same.
    const found = await this.desk.suggest(text, signal).catch(() => []);
    if (!signal.aborted && this.text.trim() === text) this.#offer(found);
  }

  #offer(options) {
    this.options = options;
    this.list.hidden = options.length === 0;
    this.list.replaceChildren(...options.map((option, i) => this.#option(option, i)));
    this.status.textContent = options.length ? this.desk.say("found", options.length) : "";
    this.#mark(options.length);
  }

  #option({ question }, i) {
    const node = h("div.option", { id: `suggestion-${i}`, role: "option", lang: "zh-CN" }, question);
    // Without this the box would lose the focus, and the list with it, before the click comes.
    node.addEventListener("pointerdown", (event) => event.preventDefault());
    node.addEventListener("click", () => this.#send(question));
    return node;
  }

  /** Mark one suggestion; the place after the last means none. */
  #mark(place) {
    this.active = place;
    [...this.list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === place)));
    const chosen = this.list.children[place];
    if (chosen) {
      this.box.setAttribute("aria-activedescendant", chosen.id);
      this.list.scrollTop = chosen.offsetTop - this.list.clientHeight / 2;
    } else this.box.removeAttribute("aria-activedescendant");
  }

  #measure() {
    const { box } = this;
    const used = length(this.text.trim());
    this.count.textContent = used > LONGEST ? this.desk.say("over", used - LONGEST) : used > NEARLY ? this.desk.say("left", LONGEST - used) : "";
    box.setAttribute("aria-invalid", String(used > LONGEST));
    box.style.height = "auto";
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }
}

/** Characters as the server counts them: a smiley is one. */
function length(text) {
  return [...text].length;
}
