// One run of the login flow: its steps so far and the question it waits on.

import {
  type Asker,
  detailOf,
  logIn,
  type Notice,
  type Person,
  type SecondProof,
  type StepName,
  type StepState,
} from "./login";
import { begin } from "./session";
import { value } from "./value";

export interface Step {
  state: StepState;
  detail: string;
}

export type Question =
  | { kind: "secondProof"; answer(proof: SecondProof | null): void }
  | { kind: "code"; answer(code: string | null): void }
  | { kind: "consent"; notice: Notice; answer(agreed: boolean): void };

export interface Run {
  busy: boolean;
  steps: Partial<Record<StepName, Step>>;
  question: Question | null;
  failure: string;
}

const idle: Run = { busy: false, steps: {}, question: null, failure: "" };
const run = value<Run>(idle);

export const useRun = run.use;
export const forgetRun = (): void => run.set(idle);

const amend = (part: Partial<Run>): void => run.set({ ...run.get(), ...part });

function question<T>(put: (answer: (given: T) => void) => Question): Promise<T> {
  return new Promise((resolve) => {
    const answer = (given: T): void => {
      amend({ question: null });
      resolve(given);
    };
    amend({ question: put(answer) });
  });
}

const atTheScreen: Asker = {
  secondProof: () => question<SecondProof | null>((answer) => ({ kind: "secondProof", answer })),
  code: () => question<string | null>((answer) => ({ kind: "code", answer })),
  consent: (notice) => question<boolean>((answer) => ({ kind: "consent", notice, answer })),
};

/** A fictional person cannot be asked: the demo consents for them. */
const demo: Asker = { ...atTheScreen, consent: () => Promise.resolve(true) };

export async function start(person: Person, fictional: boolean): Promise<boolean> {
  if (run.get().busy) return false;
  run.set({ ...idle, busy: true });
  try {
    const tokens = await logIn(person, fictional ? demo : atTheScreen, (step, state, detail = "") =>
      amend({ steps: { ...run.get().steps, [step]: { state, detail } } }),
    );
    await begin(tokens);
    amend({ busy: false, question: null });
    return true;
  } catch (error) {
    amend({ busy: false, question: null, failure: detailOf(error) });
    return false;
  }
}
