// A demo employer's portal: the server signs its assertion, and the page gets the token for it at
// /oauth/token, as any portal does. There is no refresh token: another assertion gets another one.

import { useEffect, useState } from "react";

export interface Portal {
  label: string;
  clientId: string;
}

export interface PortalToken {
  accessToken: string;
  expiresAt: number;
}

const PORTALS = "/graphiql/employers.json";
const ASSERTIONS = "/graphiql/employers/";
const TOKENS = "/oauth/token";
const TIME_LIMIT_MS = 30_000;
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** `null` while loading; empty when the server offers none. */
export function useDemoPortals(offered: boolean): readonly Portal[] | null {
  const [portals, setPortals] = useState<readonly Portal[] | null>(offered ? null : []);
  useEffect(() => {
    if (!offered) return;
    const ending = new AbortController();
    fetch(PORTALS, { signal: ending.signal, credentials: "omit", cache: "no-store" })
      .then((response) => (response.ok ? response.json() : []))
      .then((list) => setPortals(list as Portal[]))
      .catch(() => {
        if (!ending.signal.aborted) setPortals([]);
      });
    return () => ending.abort();
  }, [offered]);
  return portals;
}

export async function tokenOf(portal: Portal): Promise<PortalToken> {
  const { assertion } = await answerOf(`${ASSERTIONS}${portal.clientId}/assertion`);
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: String(assertion),
  });
  const token = await answerOf(TOKENS, form);
  return { accessToken: String(token.access_token), expiresAt: Date.now() + Number(token.expires_in) * 1_000 };
}

async function answerOf(address: string, body?: URLSearchParams): Promise<Record<string, unknown>> {
  const response = await fetch(address, {
    method: "POST",
    ...(body ? { body } : {}),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(TIME_LIMIT_MS),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(String(answer.error_description ?? `HTTP ${response.status}`));
  return answer;
}
