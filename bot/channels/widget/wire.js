// The HTTP contract, seen from the browser.

const PATIENCE = 15000;

/** A request that came to nothing: offline, timeout, busy, server, or refused with a sentence of the server. */
export class Fault extends Error {
  constructor(code, message = "") {
    super(message);
    this.code = code;
  }
}

/** Talks to one server. */
export class Wire {
  constructor(base) {
    this.base = base.replace(/\/+$/, "");
  }

  welcome() {
    return this.#call("/api/welcome");
  }

  suggest(text, signal) {
    return this.#call(`/api/suggest?q=${encodeURIComponent(text)}`, null, signal);
  }

  async ask(question, session, signal) {
    const reply = await this.#call("/api/chat", session ? { question, session_id: session } : { question }, signal);
    if (typeof reply?.text !== "string") throw new Fault("server");
    return reply;
  }

  feedback(id, helpful, comment) {
    return this.#call("/api/feedback", comment ? { reply_id: id, helpful, comment } : { reply_id: id, helpful });
  }

  /** The whole address of something on the server. */
  address(path) {
    return new URL(path, `${this.base}/`).href;
  }

  async #call(path, body, signal) {
    const control = new AbortController();
    let late = false;
    const clock = setTimeout(() => {
      late = true;
      control.abort();
    }, PATIENCE);
    signal?.addEventListener("abort", () => control.abort());
    try {
      return await read(await fetch(this.base + path, { ...request(body), signal: control.signal }));
    } catch (error) {
      throw error instanceof Fault ? error : new Fault(late ? "timeout" : "offline");
    } finally {
      clearTimeout(clock);
    }
  }
}

function request(body) {
  const always = { credentials: "omit", referrerPolicy: "no-referrer" };
  if (!body) return always;
  return { ...always, method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function read(response) {
  if (response.status === 204) return null;
  const text = await response.text();
  let data = null;
  try {
    data = JSON.parse(text);
  } catch {
    // Not ours: the page of some gateway on the way.
  }
  if (response.ok && data) return data;
  if (response.status === 429) throw new Fault("busy");
  const message = response.status < 500 ? data?.error?.message : "";
  throw message ? new Fault("refused", String(message)) : new Fault("server");
}
