// What the app put into the fragment of the address, taken out of it at once.
//
// #flow=TOKEN[&challenge=ID&actions=A,B,C][&origin=ORIGIN]
//
// It is kept for this tab alone, so that loading the page again does not lose the login, and is
// forgotten when the check has ended.

const KEY = "onecard.verification";

/** `{flow, challenge, actions, origin, refused}`; null when nobody gave any. */
export function takeLink() {
  const given = new URLSearchParams(window.location.hash.slice(1));
  const { pathname, search } = window.location;
  window.history.replaceState(null, "", pathname + search);
  if (!given.get("flow")) return kept();
  const link = {
    flow: given.get("flow"),
    challenge: given.get("challenge"),
    actions: (given.get("actions") ?? "").split(",").filter(Boolean),
    origin: given.get("origin"),
    refused: 0,
    isMine: false, // never by the address: the holder alone says so
  };
  keep(link);
  return link;
}

export function keep(link) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(link));
  } catch {
    // A browser that keeps nothing: the page cannot be loaded again, and all else works.
  }
}

export function forgetLink() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

function kept() {
  try {
    const found = JSON.parse(sessionStorage.getItem(KEY));
    return found?.flow ? found : null;
  } catch {
    return null;
  }
}
