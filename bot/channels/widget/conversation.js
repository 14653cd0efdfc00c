// One conversation with one server: asked, waited for, kept in this tab.
import { Store } from "./store.js";
import { meetTwins } from "./twins.js";
import { Wire } from "./wire.js";

const KEEP = 50;
const QUIET = 300;

/** What was asked and said; the view is told of each change of a turn. */
export class Conversation {
  constructor(base, place) {
    this.place = `${base} ${place}`;
    this.wire = new Wire(base);
    this.store = new Store(this.place);
  }

  /** Part from a duplicated tab that goes on with the same session; `parted` is told. */
  meet(parted, signal) {
    const { store } = this;
    const lose = () => {
      store.session = "";
      store.save();
      parted();
    };
    meetTwins(`faq-chat ${this.place}`, store, lose, signal);
  }

  get busy() {
    return Boolean(this.waiting);
  }

  /** Add a question, or nothing while another one is under way; the oldest turns make room. */
  add(question, drop) {
    if (!question || this.waiting) return null;
    const turn = { question };
    const { turns } = this.store;
    turns.push(turn);
    while (turns.length > KEEP) drop(turns.shift());
    return turn;
  }

  /** Send a turn's question; true once there is a reply or a fault, false if it was given up meanwhile. */
  async settle(turn, language, view) {
    const waiting = (this.waiting = new AbortController());
    const { store } = this;
    Object.assign(turn, { fault: null });
    store.past = null;
    view.update(turn);
    store.save();
    const clock = setTimeout(() => view.wait(turn), QUIET);
    try {
      turn.reply = await this.#send(turn.question, language, waiting.signal);
    } catch ({ code, message }) {
      turn.fault = { code, message };
    }
    clearTimeout(clock);
    if (waiting.signal.aborted) return false;
    this.waiting = null;
    if (turn.reply) store.session = turn.reply.session_id;
    view.update(turn);
    store.save();
    return true;
  }

  #send(question, language, signal) {
    const { store, wire } = this;
    const send = () => wire.ask(question, store.session, language, signal);
    return send().catch((fault) => {
      if (fault.field !== "session_id") throw fault;
      // What was kept is no session of this server: it would be refused for ever.
      store.session = "";
      return send();
    });
  }

  /** The greeting in a language, fetched once; `fresh` tells whether it was fetched now. */
  async welcome(language) {
    const { store } = this;
    const fresh = store.welcome?.language !== language;
    if (fresh) store.welcome = { ...(await this.wire.welcome(language)), language };
    store.save();
    return fresh;
  }

  async vote(turn, helpful, comment) {
    try {
      await this.wire.feedback(turn.reply.reply_id, helpful, comment);
    } catch {
      return false;
    }
    turn.vote = helpful;
    this.store.save();
    return true;
  }

  /** Take a question back. */
  drop(turn) {
    this.store.turns = this.store.turns.filter((other) => other !== turn);
  }

  /** Put the conversation aside. */
  forget() {
    this.waiting?.abort();
    this.waiting = null;
    this.store.forget();
  }
}
