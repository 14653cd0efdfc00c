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
      id: "question", rows: 1, enterkeyhint: "send", autocomplete: "off", placeholder: desk.example,
      "aria-autocomplete": "list", "aria-controls": "suggestions", "aria-describedby": "count",
      oninput: () => this.#typed(), onkeydown: (event) => this.#key(event), onblur: () => this.close(),
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

  /** Say with an example what may be asked. */
  set example(value) {
    this.box.placeholder = value;
  }

  /** Begin a sentence that is to be completed. */
  begin(words) {
    this.text = words;
    this.box.focus();
    this.box.setSelectionRange(words.length, words.length);
  }

  set busy(value) {
    this.button.setAttribute("aria-disabled", value);
  }

  /** Close the suggestions; tell whether there were any. */
  close() {
    const open = !this.list.hidden;
    this.#hush();
    this.#offer([]);
    return open;
  }

  #typed() {
    this.#measure();
    this.desk.draft(this.text);
    this.#suggestSoon();
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

  #hush() {
    clearTimeout(this.clock);
    this.search?.abort();
  }

  #suggestSoon() {
    this.#hush();
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
    const { list } = this;
    list.hidden = options.length === 0;
    list.replaceChildren(...options.map((option, i) => this.#option(option, i)));
    // No more than fit above: with the keyboard on a phone's screen that may be two.
    const top = this.node.previousSibling?.getBoundingClientRect().top;
    while (list.children[1] && list.getBoundingClientRect().top < top) list.lastChild.remove();
    const count = list.children.length;
    this.options = options.slice(0, count);
    this.status.textContent = count ? this.desk.say("found", count) : "";
    this.#mark(count);
  }

  #option({ question }, i) {
    // Else the box would lose the focus, and the list with it, before the click comes.
    const onpointerdown = (event) => event.preventDefault();
    const onclick = () => this.#send(question);
    return h("div.option", { id: `suggestion-${i}`, role: "option", lang: "zh-CN", onpointerdown, onclick }, question);
  }

  /** Mark one suggestion; the place after the last means none. */
  #mark(place) {
    this.active = place;
    [...this.list.children].forEach((node, i) => node.setAttribute("aria-selected", i === place));
    const chosen = this.list.children[place];
    if (chosen) this.box.setAttribute("aria-activedescendant", chosen.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  #measure() {
    const { box } = this;
    const used = length(this.text.trim());
    const [key, n] = used > LONGEST ? ["over", used - LONGEST] : ["left", LONGEST - used];
    this.count.textContent = used > NEARLY ? this.desk.say(key, n) : "";
    box.setAttribute("aria-invalid", used > LONGEST);
    box.style.height = "auto";
    if (box.scrollHeight) box.style.height = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  }
}

/** Characters as the server counts them: a smiley is one. */
function length(text) {
  return [...text].length;
}
