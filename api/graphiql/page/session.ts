// Who is logged in on this page. Tokens live in this module's memory and nowhere else: closing or
// reloading the page forgets them.

import { detailOf, endSession, refreshTokens, Refused, type Tokens, whoAmI } from "./login";
import { bearer, follow, type GraphQLAnswer, post, type Request } from "./transport";
import { value } from "./value";

export type Session =
  | { kind: "anonymous"; reason: string }
  | { kind: "holder"; name: string; expiresAt: number };

const RENEW_BEFORE_MS = 15_000;

const session = value<Session>({ kind: "anonymous", reason: "" });
let tokens: Tokens | null = null;
let renewal: Promise<void> | null = null;

export const useSession = session.use;

function change(next: Session, nextTokens: Tokens | null): void {
  tokens = nextTokens;
  session.set(next);
}

export async function begin(next: Tokens): Promise<void> {
  const name = await whoAmI(next.accessToken);
  change({ kind: "holder", name, expiresAt: Date.parse(next.accessTokenExpiresAt) }, next);
}

/** Many callers at once share one rotation: a refresh token is good for one successor. */
export function renew(): Promise<void> {
  renewal ??= rotate().finally(() => {
    renewal = null;
  });
  return renewal;
}

async function renewIfEnding(): Promise<void> {
  const holder = session.get();
  if (holder.kind === "holder" && holder.expiresAt - Date.now() < RENEW_BEFORE_MS) await renew();
}

async function rotate(): Promise<void> {
  const holder = session.get();
  if (tokens === null || holder.kind !== "holder") return;
  const held = tokens;
  try {
    const next = await refreshTokens(held.refreshToken);
    // A log-out that came in between wins.
    if (tokens === held) change({ ...holder, expiresAt: Date.parse(next.accessTokenExpiresAt) }, next);
  } catch (error) {
    if (error instanceof Refused && tokens === held) change({ kind: "anonymous", reason: detailOf(error) }, null);
    throw error;
  }
}

export async function logOut(): Promise<void> {
  // An access token that has ended cannot end its session: the refresh token would live on.
  await renewIfEnding();
  const held = tokens;
  change({ kind: "anonymous", reason: "" }, null);
  if (held !== null) await endSession(held.accessToken);
}

/** GraphiQL's requests: the session's token unless the Headers tab names another. */
export async function send(request: Request, ownHeaders: Record<string, string>): Promise<GraphQLAnswer> {
  return (await post(request, await withToken(ownHeaders))).answer;
}

/** Its subscriptions. Refreshing goes on beside them, so they live as long as the session is used. */
export async function* listen(request: Request, ownHeaders: Record<string, string>): AsyncGenerator<GraphQLAnswer> {
  yield* follow(request, await withToken(ownHeaders));
}

async function withToken(ownHeaders: Record<string, string>): Promise<Headers> {
  const headers = new Headers(ownHeaders);
  if (!headers.has("authorization") && tokens !== null) {
    await renewIfEnding();
    const held = tokens as Tokens | null;
    for (const [key, value] of bearer(held?.accessToken ?? null)) headers.set(key, value);
  }
  return headers;
}
