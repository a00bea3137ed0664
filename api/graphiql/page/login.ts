// The login flow as the gateway's mutations state it: each step is one operation of login.graphql.

import { parse, print, separateOperations } from "graphql";
import document from "../login.graphql";
import { bearer, post } from "./transport";

export interface Passport {
  country: string;
  number: string;
}

/** Exactly one of the four. */
export type Identifier =
  | { workPermitNumber: string }
  | { socialSecurityNumber: string }
  | { passport: Passport }
  | { permanentResidentId: string };

/** Exactly one of the two; the code goes to the phone that is on record. */
export type SecondProof = { phone: string } | { bankCard: string };

export interface Person {
  name: string;
  identifier: Identifier;
  secondProof: SecondProof | null;
}

export interface Notice {
  version: string;
  text: string;
}

/** What only the person at the screen can answer. `null` means: stop here. */
export interface Asker {
  secondProof(): Promise<SecondProof | null>;
  code(): Promise<string | null>;
  consent(notice: Notice): Promise<boolean>;
}

export interface Tokens {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
}

export const STEPS = ["start", "realName", "secondProof", "consent", "realPerson", "complete"] as const;
export type StepName = (typeof STEPS)[number];
export type StepState = "running" | "waiting" | "done" | "skipped" | "refused" | "stopped";
export type Report = (step: StepName, state: StepState, detail?: string) => void;

/** The gateway said no: an expected ending with a stable code. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The person closed a question instead of answering it. */
export class Stopped extends Error {}

/** What the sandbox verifier takes for a live face. */
const SANDBOX_PROOF = "live-person";

const operations = Object.fromEntries(
  Object.entries(separateOperations(parse(document))).map(([name, part]) => [name, print(part)]),
);

type Payload = Record<string, unknown> & { __typename: string };

async function ask(name: string, token: string | null, variables: object = {}): Promise<Payload> {
  const query = operations[name];
  if (query === undefined) throw new Error(`login.graphql has no operation ${name}`);
  const { answer } = await post({ query, operationName: name, variables }, bearer(token));
  const error = answer.errors?.[0];
  if (error) throw new Refused(error.extensions?.code ?? "ERROR", error.message);
  const payload = Object.values(answer.data ?? {})[0] as Payload | null | undefined;
  if (!payload) throw new Refused("EMPTY_ANSWER", "The gateway answered nothing.");
  // Every refusal of the contract carries a code; no success does.
  if (typeof payload.code === "string") throw refusalOf(payload);
  return payload;
}

function refusalOf(payload: Payload): Refused {
  const wait = typeof payload.retryAfterSeconds === "number" ? ` (${payload.retryAfterSeconds} s)` : "";
  return new Refused(String(payload.code), `${String(payload.message ?? payload.__typename)}${wait}`);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const tokensOf = (payload: Payload): Tokens => ({
  accessToken: text(payload.accessToken),
  accessTokenExpiresAt: text(payload.accessTokenExpiresAt),
  refreshToken: text(payload.refreshToken),
});

export async function logIn(person: Person, asker: Asker, report: Report): Promise<Tokens> {
  let current: StepName = "start";
  let flowToken: string | null = null;

  const begin = (step: StepName) => {
    current = step;
    report(step, "running");
  };
  const send = async (name: string, variables?: object) => {
    const payload = await ask(name, flowToken, variables);
    // A step may hand over a stronger flow token than the one before.
    if (text(payload.flowToken)) flowToken = text(payload.flowToken);
    return payload;
  };

  try {
    begin("start");
    await send("StartLogin", { input: { device: { name: "GraphiQL", platform: "WEB" } } });
    report("start", "done");

    begin("realName");
    const proved = await send("ProveRealName", { input: { name: person.name, identifier: person.identifier } });
    report("realName", "done");

    if (proved.secondProofDue) {
      begin("secondProof");
      await proveSecond(person, asker, send, report);
    } else {
      report("secondProof", "skipped");
    }

    begin("consent");
    const notice = (await send("BiometricConsentNotice")) as unknown as Notice;
    report("consent", "waiting");
    if (!(await asker.consent(notice))) throw new Stopped();
    await send("GiveBiometricConsent", { input: { version: notice.version } });
    report("consent", "done", notice.version);

    begin("realPerson");
    const challenge = await send("StartRealPersonCheck");
    if (challenge.sandbox !== true) {
      throw new Refused("NOT_A_SANDBOX", "This page can only answer the sandbox verifier.");
    }
    await send("SubmitRealPersonProof", { input: { challengeId: challenge.challengeId, proof: SANDBOX_PROOF } });
    report("realPerson", "done", text(challenge.sandboxNotice));

    begin("complete");
    const completed = tokensOf(await send("CompleteLogin"));
    report("complete", "done");
    return completed;
  } catch (error) {
    report(current, error instanceof Stopped ? "stopped" : "refused");
    throw error;
  }
}

async function proveSecond(
  person: Person,
  asker: Asker,
  send: (name: string, variables?: object) => Promise<Payload>,
  report: Report,
): Promise<void> {
  report("secondProof", "waiting");
  const proof = person.secondProof ?? (await asker.secondProof());
  if (proof === null) throw new Stopped();
  const sent = await send("SendSecondProofCode", { input: proof });
  const code = text(sent.sandboxCode) || (await asker.code());
  if (code === null) throw new Stopped();
  await send("ConfirmSecondProof", { input: { code } });
  report("secondProof", "done", text(sent.sandboxNotice));
}

export function detailOf(error: unknown): string {
  if (error instanceof Refused) return `${error.code}: ${error.message}`;
  if (error instanceof Stopped) return "";
  return error instanceof Error ? error.message : String(error);
}

export async function refreshTokens(refreshToken: string): Promise<Tokens> {
  return tokensOf(await ask("RefreshTokens", null, { input: { refreshToken } }));
}

export async function endSession(accessToken: string): Promise<void> {
  await ask("Logout", accessToken);
}

/** The name as ordinary reads show it. */
export async function whoAmI(accessToken: string): Promise<string> {
  const me = (await ask("WhoAmI", accessToken)) as unknown as { fullName: { masked: string } };
  return me.fullName.masked;
}
