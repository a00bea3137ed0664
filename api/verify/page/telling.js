// Tells whoever opened the page how it went: an app by its bridge, a page by `postMessage`.
//
// {type: "onecard.verification", event: "opened" | "refused" | "finished", result: code | null}
// Never a token, a picture or a name. A page hears it only at an origin that the address stated and
// that the gateway's settings name.

const TYPE = "onecard.verification";

export class Listener {
  #origin;

  constructor(stated, allowed) {
    const known = [window.location.origin, ...allowed];
    this.#origin = known.includes(stated) ? stated : null;
  }

  /** Whether anybody hears us. */
  get isThere() {
    return Boolean(bridges().length || (this.#origin && openers().length));
  }

  tell(event, result = null) {
    const message = { type: TYPE, event, result };
    for (const bridge of bridges()) bridge(message);
    if (this.#origin) {
      for (const opener of openers()) opener.postMessage(message, this.#origin);
    }
  }
}

/** Of web views: WKWebView takes objects, Android's and Harmony's take text. */
function bridges() {
  const found = [];
  const apple = window.webkit?.messageHandlers?.onecard;
  if (apple) found.push((message) => apple.postMessage(message));
  const other = window.onecard;
  if (typeof other?.postMessage === "function") {
    found.push((message) => other.postMessage(JSON.stringify(message)));
  }
  return found;
}

function openers() {
  const framing = window.parent === window ? null : window.parent;
  return [window.opener, framing].filter(Boolean);
}
