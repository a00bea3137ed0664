// GraphQL requests over POST to our own origin. The token travels in a header, never in a URL.

export const ENDPOINT = "/graphql";
const TIME_LIMIT_MS = 30_000;
const EVENTS = "text/event-stream";
const ACCEPT = "application/graphql-response+json, application/json;q=0.9";

export interface GraphQLAnswer {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

export interface Request {
  query: string;
  operationName?: string | null | undefined;
  variables?: unknown;
}

export async function post(request: Request, headers: Headers): Promise<{ status: number; answer: GraphQLAnswer }> {
  if (!headers.has("accept")) headers.set("accept", ACCEPT);
  const response = await sent(request, headers, AbortSignal.timeout(TIME_LIMIT_MS));
  const text = await response.text();
  try {
    return { status: response.status, answer: JSON.parse(text) as GraphQLAnswer };
  } catch {
    throw new Error(`HTTP ${response.status}: the answer is not JSON`);
  }
}

/** A subscription's answers as they come, by server-sent events: see docs/live.md. */
export async function* follow(request: Request, headers: Headers): AsyncGenerator<GraphQLAnswer> {
  headers.set("accept", EVENTS);
  const stop = new AbortController();
  const response = await sent(request, headers, stop.signal);
  if (response.body === null || !response.headers.get("content-type")?.startsWith(EVENTS)) {
    yield (await response.json()) as GraphQLAnswer;
    return;
  }
  try {
    let text = "";
    for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (text + value).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^event: next\ndata: (.*)$/.exec(event)?.[1];
        if (data !== undefined) yield JSON.parse(data) as GraphQLAnswer;
      }
    }
  } finally {
    stop.abort();
  }
}

function sent(request: Request, headers: Headers, signal: AbortSignal): Promise<Response> {
  headers.set("content-type", "application/json");
  return fetch(ENDPOINT, {
    method: "POST",
    headers,
    body: JSON.stringify(request),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal,
  });
}

export function bearer(token: string | null): Headers {
  const headers = new Headers();
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  return headers;
}
