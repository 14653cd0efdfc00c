// <faq-chat>: a launcher with a dialog, or the conversation right in the page.
import { Composer } from "./composer.js";
import { h, icon } from "./dom.js";
import { dress, tools } from "./header.js";
import { Store } from "./store.js";
import { Talk } from "./talk.js";
import { Wire } from "./wire.js";
import { languageOf, speaker } from "./words.js";

const KEEP = 50;
const QUIET = 300;
const HOME = new URL(".", document.currentScript?.src || location.href).href;
const PHONE = matchMedia("(max-width: 40em), (max-height: 30em)");
const NIGHT = matchMedia("(prefers-color-scheme: dark)");
const TOUCH = matchMedia("(pointer: coarse)");

class FaqChat extends HTMLElement {
  static observedAttributes = ["endpoint", "heading", "label", "lang", "mode", "theme"];

  #root = this.attachShadow({ mode: "open" });
  #frame = h("div");
  #store;
  #wire;
  #talk;
  #composer;
  #panel;
  #title;
  #launcher;
  #waiting;
  #opener;
  #leave;

  connectedCallback() {
    this.#leave = new AbortController();
    const listen = (target, name, action) => target?.addEventListener(name, action, { signal: this.#leave.signal });
    listen(PHONE, "change", () => this.#turn());
    listen(NIGHT, "change", () => this.#shade());
    listen(window.visualViewport, "resize", () => this.#fit());
    listen(window.visualViewport, "scroll", () => this.#fit());
    if (this.#talk) return;
    this.#root.append(this.#frame);
    dress(this.#root, `${HOME}widget.css`);
    this.#remember();
    this.#build();
  }

  disconnectedCallback() {
    this.#leave.abort();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#talk || before === now) return;
    if (name === "endpoint") this.#remember();
    this.#build();
  }

  /** Open the dialog. */
  open() {
    if (this.#inline || this.#panel.open) return;
    this.#opener = this.getRootNode().activeElement;
    this.#show();
    this.#greet();
    this.#emit("open");
  }

  /** Close the dialog; the focus goes back to where it came from. */
  close() {
    if (this.#inline || !this.#panel.open) return;
    this.#panel.close();
    this.#closed();
  }

  /** Ask a question as if it were typed; false while another one is under way. */
  ask(text) {
    const question = String(text).trim();
    if (!question || this.#waiting) return false;
    this.open();
    const turn = { question };
    const { turns } = this.#store;
    turns.push(turn);
    while (turns.length > KEEP) this.#talk.drop(turns.shift());
    this.#talk.add(turn);
    this.#focus(this.#talk.node);
    this.#emit("question", { question });
    this.#settle(turn);
    return true;
  }

  /** Forget the conversation and begin a new one. */
  reset() {
    this.#waiting?.abort();
    this.#waiting = null;
    this.#store.forget();
    this.#build();
    this.#focus(this.#title);
    this.#emit("reset");
  }

  get #inline() {
    return this.getAttribute("mode") === "inline";
  }

  get #language() {
    const page = this.closest("[lang]")?.lang || document.documentElement.lang;
    return this.#store.language ?? languageOf(page);
  }

  /** Take up what this tab was doing before a reload. */
  #remember() {
    const base = new URL(this.getAttribute("endpoint") || "", HOME).href;
    this.#wire = new Wire(base);
    this.#store = new Store(`${base} ${this.id}`);
  }

  #build() {
    const { draft, turns } = this.#store;
    const language = this.#language;
    const open = this.#panel?.open;
    const desk = this.#desk(speaker(language));
    this.#talk = new Talk(desk);
    this.#composer = new Composer(desk, draft);
    this.#title = h("h2", { id: "title", tabindex: -1 });
    this.#panel = h(
      this.#inline ? "section.panel" : "dialog.panel",
      { "aria-labelledby": "title", onkeydown: (event) => this.#key(event), onclose: () => this.#closed() },
      h("header", this.#title, tools(desk, this.#store, language)),
      this.#talk.node,
      this.#composer.node,
    );
    const label = this.getAttribute("label") || desk.say("launcher");
    this.#launcher = h("button.launcher", { "aria-haspopup": "dialog", onclick: () => this.open() }, icon("chat"), label);
    const kind = this.#inline ? "inline" : "float";
    const frame = h(`div.frame.${kind}`, { lang: language }, !this.#inline && this.#launcher, this.#panel);
    this.#frame.replaceWith(frame);
    this.#frame = frame;
    this.#shade();
    this.#entitle(desk);
    turns.forEach((turn) => this.#talk.add(turn));
    this.#composer.busy = Boolean(this.#waiting);
    if (this.#inline || open) this.#greet();
    if (open && !this.#inline) this.#show();
  }

  /** What the parts of the view may ask for. */
  #desk(say) {
    const element = this;
    return {
      say,
      get phone() {
        return element.#store.welcome?.phone;
      },
      address: (path) => this.#wire.address(path),
      ask: (text) => this.ask(text),
      suggest: async (text, signal) => (await this.#wire.suggest(text, signal)).suggestions,
      draft: (text) => this.#store.write(text),
      vote: (turn, helpful, comment) => this.#vote(turn, helpful, comment),
      retry: (turn) => this.#waiting || this.#settle(turn),
      edit: (turn) => this.#edit(turn),
      rebuild: () => this.#rebuild(),
      shade: () => this.#shade(),
      reset: () => this.reset(),
      close: !this.#inline && (() => this.close()),
    };
  }

  #entitle({ say }) {
    this.#title.textContent = this.getAttribute("heading") || this.#store.welcome?.title || say("heading");
  }

  #shade() {
    const theme = this.getAttribute("theme");
    this.#frame.classList.toggle("dark", theme === "dark" || (theme !== "light" && NIGHT.matches));
    this.#frame.classList.toggle("large", this.#store.large);
  }

  /** Show the dialog: on a phone it takes the whole screen and the page behind it rests. */
  #show() {
    this.#panel.close();
    this.#launcher.hidden = true;
    if (PHONE.matches) this.#panel.showModal();
    else this.#panel.show();
    this.#fit();
    this.#focus(this.#title);
  }

  /** The screen was turned, or a keyboard came up: go on where the focus was. */
  #turn() {
    if (!this.#panel.open) return;
    const focused = this.#root.activeElement;
    this.#show();
    focused?.focus({ preventScroll: true });
  }

  #closed() {
    if (this.#panel.open || !this.#launcher.hidden) return;
    this.#launcher.hidden = false;
    const back = this.#opener?.isConnected && this.#opener !== this ? this.#opener : this.#launcher;
    back.focus({ preventScroll: true });
    this.#emit("close");
  }

  /** On a touch screen a focused box would call up the keyboard, over what is to be read. */
  #focus(calm) {
    if (TOUCH.matches) calm.focus({ preventScroll: true, focusVisible: false });
    else this.#composer.box.focus({ preventScroll: true });
  }

  /** Leave the room that the on-screen keyboard takes. */
  #fit() {
    if (!window.visualViewport || !PHONE.matches) return;
    const { height, offsetTop } = visualViewport;
    this.#panel.style.setProperty("--seen", `${height}px`);
    this.#panel.style.setProperty("--above", `${offsetTop}px`);
  }

  #key(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    if (!this.#composer.close()) {
      if (this.#inline) return;
      this.close();
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** In another language; the focus stays on its choice. */
  #rebuild() {
    this.#build();
    this.#root.querySelector("select").focus();
  }

  async #greet() {
    const talk = this.#talk;
    try {
      this.#store.welcome ??= await this.#wire.welcome();
      talk.greet(this.#store.welcome);
      this.#entitle(talk.desk);
      this.#store.save();
    } catch (fault) {
      talk.fail(fault, () => this.#greet());
    }
  }

  async #settle(turn) {
    const waiting = (this.#waiting = new AbortController());
    turn.fault = null;
    this.#talk.update(turn);
    this.#composer.busy = true;
    this.#store.save();
    const clock = setTimeout(() => this.#talk.wait(turn), QUIET);
    try {
      turn.reply = await this.#wire.ask(turn.question, this.#store.session, waiting.signal);
    } catch ({ code, message }) {
      turn.fault = { code, message };
    }
    clearTimeout(clock);
    // Meanwhile a new conversation may have begun.
    if (waiting.signal.aborted) return;
    this.#waiting = null;
    this.#composer.busy = false;
    if (turn.reply) this.#store.session = turn.reply.session_id;
    this.#talk.update(turn);
    this.#store.save();
    if (turn.reply) this.#emit("reply", turn.reply);
    else this.#emit("fault", turn.fault);
  }

  async #vote(turn, helpful, comment) {
    const { reply_id } = turn.reply;
    try {
      await this.#wire.feedback(reply_id, helpful, comment);
    } catch {
      return false;
    }
    turn.vote = helpful;
    this.#store.save();
    this.#emit("feedback", { reply_id, helpful });
    return true;
  }

  #edit(turn) {
    this.#store.turns = this.#store.turns.filter((other) => other !== turn);
    this.#talk.drop(turn);
    this.#composer.text = turn.question;
    this.#composer.box.focus();
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`faq-chat:${name}`, { bubbles: true, composed: true, detail }));
  }
}

if (!customElements.get("faq-chat")) customElements.define("faq-chat", FaqChat);
