// The HTTP contract, seen from the browser.

const PATIENCE = 15000;

/** A request that came to nothing: offline, timeout, busy, server, or refused with a sentence of the server. */
export class Fault extends Error {
  constructor(code, message = "", field = "") {
    super(message);
    this.code = code;
    this.field = field;
  }
}

/** Talks to one server. */
export class Wire {
  constructor(base) {
    this.base = base.replace(/\/+$/, "");
  }

  welcome(language) {
    return this.#call(`/api/welcome?language=${language}`);
  }

  suggest(text, signal) {
    return this.#call(`/api/suggest?q=${encodeURIComponent(text)}`, null, signal);
  }

  async ask(question, session, language, signal) {
    const asked = session ? { question, session_id: session } : { question };
    const reply = await this.#call("/api/chat", language === "zh-Hans" ? asked : { ...asked, language }, signal);
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
      if (error instanceof Fault) throw error;
      if (!control.signal.aborted) warn(this.base);
      throw new Fault(late ? "timeout" : "offline");
    } finally {
      clearTimeout(clock);
    }
  }
}

const warned = new Set();

/** The browser does not tell a page why; whoever puts the window on a site should not have to guess. */
function warn(base) {
  const { origin } = new URL(base, location.href);
  if (origin === location.origin || warned.has(base) || !navigator.onLine) return;
  warned.add(base);
  console.warn(`faq-chat: ${origin} 没有答复。浏览器若报 CORS，请给问答服务设 FAQ_CORS=${location.origin}`);
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
  throw message ? new Fault("refused", String(message), data.error.field) : new Fault("server");
}
