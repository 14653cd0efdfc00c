// What outlives a reload: kept in this tab only, gone when it is closed.

/** Return what was kept under `place`; where the browser forbids keeping, nothing. */
export function kept(place) {
  try {
    return JSON.parse(sessionStorage.getItem(place)) ?? {};
  } catch {
    return {};
  }
}

/** Keep `state` under `place`; full or forbidden, the conversation goes on without. */
export function keep(place, state) {
  try {
    sessionStorage.setItem(place, JSON.stringify(state));
  } catch {}
}
