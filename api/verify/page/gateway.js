// What the page asks of the gateway: consent, a challenge, and the judgement of what was recorded.
//
// Every answer is one object with `code`: "OK", or why not, of the graph, of the frames' address or
// of this file: OFFLINE, NETWORK_LOST, BUSY with `seconds`, FAILED.

const GRAPH_MS = 15_000;
const BEGUN_MS = 5_000;
const FRAMES_MS = 45_000;
const BUSY_SECONDS = 5;
const REFUSED = "... on LoginRefused { code retryAfterSeconds }";
const CONSENT = `mutation ($input: GiveBiometricConsentInput!) {
  giveBiometricConsent(input: $input) { __typename ${REFUSED} } }`;
const CHALLENGE = `mutation { startRealPersonCheck { __typename
  ... on RealPersonChallenge { challengeId instructions expiresAt sandbox } ${REFUSED} } }`;
const PROOF = `mutation ($input: SubmitRealPersonProofInput!) {
  submitRealPersonProof(input: $input) { __typename ${REFUSED} } }`;

const OF_REQUESTS = {
  UNAUTHENTICATED: "FLOW_EXPIRED",
  FORBIDDEN: "FLOW_EXPIRED",
  RATE_LIMITED: "BUSY",
  UNAVAILABLE: "BUSY",
  TIMEOUT: "BUSY",
  BODY_TOO_SLOW: "NETWORK_LOST",
};
/** Of whatever stands before the gateway. */
const OF_STATUSES = { 401: "FLOW_EXPIRED", 429: "BUSY", 502: "BUSY", 503: "BUSY", 504: "BUSY" };

export class Gateway {
  #base;
  #flow;

  constructor(base, flow) {
    this.#base = base;
    this.#flow = flow;
  }

  /** `at`, `device` and `isStepUp` of the login; null when that cannot be had. */
  async begun() {
    const answered = await this.#send("/verify/flow", undefined, BEGUN_MS);
    const { kind, startedAt, device } = answered?.body ?? {};
    const at = new Date(startedAt);
    if (typeof device !== "string" || Number.isNaN(at.getTime())) return null;
    return { at, device, isStepUp: kind === "STEP_UP" };
  }

  async consent(version) {
    const answer = await this.#graph(CONSENT, { version });
    // The app may have asked for it already; whether it stands, the next step says.
    return answer.code === "STEP_OUT_OF_ORDER" ? { code: "OK" } : answer;
  }

  /** With `id`, `actions`, `sandbox`, and `ends`: until when it is good, by `performance.now()`. */
  async challenge() {
    const answer = await this.#graph(CHALLENGE);
    if (answer.code !== "OK") return answer;
    const { challengeId, instructions, expiresAt, sandbox } = answer.payload;
    // By the gateway's clock: that of the phone may be wrong.
    const lives = Date.parse(expiresAt) - answer.at;
    const ends = performance.now() + (Number.isFinite(lives) ? lives : 60_000);
    return { code: "OK", id: challengeId, actions: instructions, sandbox, ends };
  }

  /** What a sandbox takes instead of a face. */
  async submitWords(challengeId, proof) {
    return this.#graph(PROOF, { challengeId, proof });
  }

  async submitFrames(challengeId, frames) {
    const path = `/verify/frames/${encodeURIComponent(challengeId)}`;
    const answered = await this.#send(path, { frames }, FRAMES_MS);
    if (answered === null) return { code: "NETWORK_LOST" };
    const told = answered.body;
    if (told?.result === "REAL_PERSON_PROVED") return { code: "OK" };
    return refusalOf(answered, told?.code ?? told?.errors?.[0]?.extensions?.code, told?.advice);
  }

  async #graph(query, input) {
    const variables = input === undefined ? {} : { input };
    const answered = await this.#send("/graphql", { query, variables }, GRAPH_MS);
    if (answered === null) return { code: "OFFLINE" };
    const { data, errors } = answered.body ?? {};
    if (errors || !data) return refusalOf(answered, errors?.[0]?.extensions?.code);
    const [payload] = Object.values(data);
    if (payload.__typename !== "LoginRefused") return { code: "OK", payload, at: answered.at };
    return { code: payload.code, seconds: payload.retryAfterSeconds ?? undefined };
  }

  /** Without a body it is a GET. Null when no answer came. */
  async #send(path, body, within) {
    const stopped = new AbortController();
    const late = setTimeout(() => stopped.abort(), within);
    try {
      const response = await fetch(this.#base + path, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          Accept: path === "/graphql" ? "application/graphql-response+json" : "application/json",
          Authorization: `Bearer ${this.#flow}`,
          "Content-Type": "application/json",
        },
        body: JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: stopped.signal,
      });
      const at = Date.parse(response.headers.get("date") ?? "") || Date.now();
      const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
      const text = await response.text();
      return { status: response.status, at, seconds, body: read(text) };
    } catch {
      return null;
    } finally {
      clearTimeout(late);
    }
  }
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refusalOf({ status, seconds }, code, advice) {
  const waits = Number.isFinite(seconds);
  let told = OF_REQUESTS[code] ?? code;
  // With a time to come back nobody looked, and nothing was counted.
  if (told === "PROVIDER_UNAVAILABLE" && waits) told = "BUSY";
  told ??= OF_STATUSES[status] ?? "FAILED";
  const wait = waits ? seconds : told === "BUSY" ? BUSY_SECONDS : undefined;
  return { code: told, advice: advice ?? undefined, seconds: wait };
}
