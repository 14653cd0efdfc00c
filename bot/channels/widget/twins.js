// A duplicated tab has a copy of everything, the session too: then two conversations would mix in one.

/** Call `lose` if another tab already goes on with this session; answer tabs that begin with ours. */
export function meetTwins(name, store, lose, signal) {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => {
    if (!store.session || data?.session !== store.session) return;
    if (data.mine) lose();
    else channel.postMessage({ session: store.session, mine: true });
  };
  channel.postMessage({ session: store.session });
  signal.addEventListener("abort", () => channel.close());
}
