// Who is logged in on this page. Tokens live in this module's memory and nowhere else: closing or
// reloading the page forgets them.

import { detailOf, endSession, refreshTokens, Refused, type Tokens, whoAmI } from "./login";
import { type Portal, tokenOf } from "./employer";
import { bearer, follow, type GraphQLAnswer, post, type Request } from "./transport";
import { value } from "./value";

export type Session =
  | { kind: "anonymous"; reason: string }
  | { kind: "holder"; name: string; expiresAt: number }
  | { kind: "portal"; name: string; expiresAt: number };

const RENEW_BEFORE_MS = 15_000;

const session = value<Session>({ kind: "anonymous", reason: "" });
let tokens: Tokens | null = null;
let portal: (Portal & { accessToken: string }) | null = null;
let renewal: Promise<void> | null = null;

export const useSession = session.use;

function change(next: Session, nextTokens: Tokens | null): void {
  tokens = nextTokens;
  portal = null;
  session.set(next);
}

export async function beginAsPortal(chosen: Portal): Promise<void> {
  const { accessToken, expiresAt } = await tokenOf(chosen);
  change({ kind: "portal", name: chosen.label, expiresAt }, null);
  portal = { ...chosen, accessToken };
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
  const now = session.get();
  if (now.kind !== "anonymous" && now.expiresAt - Date.now() < RENEW_BEFORE_MS) await renew();
}

async function rotate(): Promise<void> {
  if (portal !== null) {
    const held = portal;
    const next = await tokenOf(held);
    if (portal !== held) return;
    change({ kind: "portal", name: held.label, expiresAt: next.expiresAt }, null);
    portal = { ...held, accessToken: next.accessToken };
    return;
  }
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
  // A portal has no session to end: its token is forgotten, and over in five minutes.
  if (portal !== null) {
    change({ kind: "anonymous", reason: "" }, null);
    return;
  }
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
  if (!headers.has("authorization") && session.get().kind !== "anonymous") {
    await renewIfEnding();
    for (const [key, value] of bearer((tokens ?? portal)?.accessToken ?? null)) headers.set(key, value);
  }
  return headers;
}
