// What outlives a reload: kept in this tab only, gone when it is closed.

const SOON = 300;

/** What one tab knows of one conversation; where the browser forbids keeping, only while the page lives. */
export class Store {
  turns = [];
  session = "";
  welcome = null;
  language = null;
  large = false;
  draft = "";
  past = null;
  #place;
  #clock;

  constructor(place) {
    this.#place = `faq-chat ${place}`;
    try {
      const { turns = [], ...others } = JSON.parse(sessionStorage.getItem(this.#place));
      Object.assign(this, others);
      this.turns = turns.filter(({ question, reply }) => question && (!reply || reply.text));
    } catch {
      // Nothing there, or nothing of ours.
    }
    for (const turn of this.turns) if (!turn.reply) turn.fault ??= { code: "timeout" };
  }

  save() {
    try {
      sessionStorage.setItem(this.#place, JSON.stringify(this));
    } catch {
      // Full or forbidden: the conversation goes on without.
    }
  }

  /** Keep what is being typed, but not at every key. */
  write(draft) {
    this.draft = draft;
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.save(), SOON);
  }

  /** Take what the page brings along: a greeting, and the answer to a link, once, however often it is loaded again. */
  seed(text) {
    const { welcome, turn } = text ? JSON.parse(text) : {};
    if (welcome) this.welcome = welcome;
    if (!turn?.reply?.text || this.turns.some(({ seed, question }) => seed && question === turn.question)) return;
    this.turns.push({ ...turn, seed: true });
    this.session = turn.reply.session_id;
    this.save();
  }

  /** Put the conversation aside; what was chosen stays. */
  forget() {
    const { turns, session } = this;
    Object.assign(this, { turns: [], session: "", draft: "", past: turns.length ? { turns, session } : null });
    this.save();
  }

  /** Take up the conversation that was put aside. */
  recall() {
    Object.assign(this, this.past, { past: null });
    this.save();
  }
}
