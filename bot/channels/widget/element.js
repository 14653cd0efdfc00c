// <faq-chat>: a launcher with a dialog, or the conversation right in the page.
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { h, icon } from "./dom.js";
import { dress, tools } from "./header.js";
import { dark, fit, paper, small, surface, touched, watch } from "./place.js";
import { Talk } from "./talk.js";
import { LANGUAGES, languageOf, speaker } from "./words.js";

const TYPED = ["keydown", "keypress", "keyup"];
// A module, and what a loader puts in, has no current script.
const SCRIPT = document.currentScript ?? [...document.scripts].find(({ src }) => /\/widget\.js($|[?#])/.test(src));
const HOME = new URL(".", SCRIPT?.src || location.href).href;

class FaqChat extends HTMLElement {
  static observedAttributes = ["endpoint", "heading", "label", "lang", "mode", "theme"];

  #root = this.attachShadow({ mode: "open" });
  #frame = h("div");
  #conversation;
  #order = 0;
  #talk;
  #composer;
  #panel;
  #title;
  #launcher;
  #opener;
  #rested;
  #leave;

  connectedCallback() {
    this.#leave = new AbortController();
    const { signal } = this.#leave;
    const listen = (target, name, action) => target?.addEventListener(name, action, { signal });
    watch(listen, { turned: () => this.#turn(), lit: () => this.#shade(), fit: () => this.#fit() });
    paper(listen, this.#root, () => this.#frame);
    // What is typed here is no shortcut of the page.
    TYPED.forEach((name) => listen(this.#root, name, (event) => event.stopPropagation()));
    if (this.#talk) return this.#settleIn();
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
    if (!question || this.#conversation.busy) return false;
    this.open();
    const turn = this.#conversation.add(question, (old) => this.#talk.drop(old));
    this.#talk.add(turn);
    this.#focus(this.#talk.node);
    this.#emit("question", { question });
    this.#settle(turn);
    return true;
  }

  /** Put the conversation aside and begin a new one. */
  reset() {
    this.#conversation.forget();
    this.#build();
    this.#focus(this.#title);
    this.#emit("reset");
  }

  get #inline() {
    return this.getAttribute("mode") === "inline";
  }

  get #language() {
    const page = this.closest("[lang]")?.lang || document.documentElement.lang;
    const { language } = this.#store;
    return language in LANGUAGES ? language : languageOf(page);
  }

  get #store() {
    return this.#conversation.store;
  }

  /** Take up what this tab was doing before a reload, and what the page brings along. */
  #remember() {
    const base = new URL(this.getAttribute("endpoint") || "", HOME).href;
    // Windows without a name are told apart by their order.
    const order = this.id ? 0 : [...document.querySelectorAll("faq-chat:not([id])")].indexOf(this);
    this.#order = Math.max(order, 0);
    this.#conversation = new Conversation(base, this.id || this.#order || "");
    this.#store.seed(this.querySelector('script[type="application/json"]')?.textContent);
    this.#conversation.meet(() => this.#talk.expire(), this.#leave.signal);
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
    const frame = h(`div.frame.${kind}`, { lang: language, popover: !this.#inline && "manual" }, !this.#inline && this.#launcher, this.#panel);
    frame.style.setProperty("--nth", this.#order);
    this.#frame.replaceWith(frame);
    this.#frame = frame;
    this.#shade();
    this.#entitle(desk);
    turns.forEach((turn) => this.#talk.add(turn));
    this.#composer.busy = this.#conversation.busy;
    this.#rested = false;
    if (this.#inline || open) this.#greet();
    this.#settleIn(open);
  }

  /** Come to stand on the page, for the first time or after it was moved. */
  #settleIn(open = this.#panel.open) {
    surface(this.#frame);
    this.#fit();
    if (open && !this.#inline) this.#show();
    this.#talk.rest();
  }

  /** What the parts of the view may ask for. */
  #desk(say) {
    const conversation = this.#conversation;
    const { store, wire } = conversation;
    return {
      say,
      get phone() {
        return store.welcome?.phone;
      },
      get feedback() {
        return store.welcome?.feedback;
      },
      get over() {
        return Boolean(store.welcome?.notice);
      },
      get example() {
        return store.welcome?.example || say("example");
      },
      address: (path) => wire.address(path),
      ask: (text) => this.ask(text),
      fill: (text) => this.#composer.begin(text),
      suggest: async (text, signal) => (await wire.suggest(text, signal)).suggestions,
      draft: (text) => store.write(text),
      vote: (turn, helpful, comment) => this.#vote(turn, helpful, comment),
      retry: (turn) => conversation.busy || this.#settle(turn),
      edit: (turn) => this.#edit(turn),
      rebuild: () => this.#build() || this.#root.querySelector("select").focus(),
      shade: () => this.#shade(),
      reset: () => this.reset(),
      close: !this.#inline && (() => this.close()),
    };
  }

  #entitle({ say }) {
    this.#title.textContent = this.getAttribute("heading") || this.#store.welcome?.title || say("heading");
  }

  #shade() {
    this.#frame.classList.toggle("dark", dark(this));
    this.#frame.classList.toggle("large", this.#store.large);
  }

  /** Show the dialog: on a phone it takes the whole screen and the page behind it rests. */
  #show() {
    this.#panel.close();
    this.#launcher.hidden = true;
    this.#fit();
    if (small()) this.#panel.showModal();
    else this.#panel.show();
    this.#focus(this.#title);
  }

  /** The screen was turned, or a keyboard came up: go on where the focus was. */
  #turn() {
    this.#fit();
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
    if (touched()) calm.focus({ preventScroll: true, focusVisible: false });
    else this.#composer.box.focus({ preventScroll: true });
  }

  #fit() {
    this.#frame.classList.toggle("phone", small());
    fit(this.#frame, this.#panel);
  }

  #key(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    if (!this.#composer.close()) {
      if (this.#inline) return;
      this.close();
    }
    event.preventDefault();
  }

  async #greet() {
    const talk = this.#talk;
    const { turns } = this.#store;
    try {
      const fresh = await this.#conversation.welcome(this.#language);
      const { past, welcome } = this.#store;
      talk.greet(welcome, past && !turns.length && (() => this.#recall()));
      this.#composer.example = talk.desk.example;
      this.#entitle(talk.desk);
      // Only now is it known whether the year is over, and whether votes are kept.
      if (fresh) turns.forEach((turn) => talk.update(turn));
    } catch (fault) {
      talk.fail(fault, () => this.#greet());
    }
    if (!this.#rested) talk.rest();
    this.#rested = true;
  }

  #recall() {
    this.#store.recall();
    this.#build();
    this.#focus(this.#title);
  }

  async #settle(turn) {
    this.#composer.busy = true;
    // The view may be built anew meanwhile.
    const view = { update: (one) => this.#talk.update(one), wait: (one) => this.#talk.wait(one) };
    if (!(await this.#conversation.settle(turn, this.#language, view))) return;
    this.#composer.busy = false;
    if (turn.reply) this.#emit("reply", turn.reply);
    else this.#emit("fault", turn.fault);
  }

  async #vote(turn, helpful, comment) {
    const sent = await this.#conversation.vote(turn, helpful, comment);
    if (sent) this.#emit("feedback", { reply_id: turn.reply.reply_id, helpful });
    return sent;
  }

  #edit(turn) {
    this.#conversation.drop(turn);
    this.#talk.drop(turn);
    this.#composer.text = turn.question;
    this.#composer.box.focus();
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`faq-chat:${name}`, { bubbles: true, composed: true, detail }));
  }
}

if (!customElements.get("faq-chat")) customElements.define("faq-chat", FaqChat);
