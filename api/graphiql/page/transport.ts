// One GraphQL request over POST to our own origin. The token travels in a header, never in a URL.

export const ENDPOINT = "/graphql";
const TIME_LIMIT_MS = 30_000;
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
  headers.set("content-type", "application/json");
  if (!headers.has("accept")) headers.set("accept", ACCEPT);
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers,
    body: JSON.stringify(request),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  });
  const text = await response.text();
  try {
    return { status: response.status, answer: JSON.parse(text) as GraphQLAnswer };
  } catch {
    throw new Error(`HTTP ${response.status}: the answer is not JSON`);
  }
}

export function bearer(token: string | null): Headers {
  const headers = new Headers();
  if (token !== null) headers.set("authorization", `Bearer ${token}`);
  return headers;
}
