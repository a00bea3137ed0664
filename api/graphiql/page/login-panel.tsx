// The login helper: choose a person, watch the steps, go on to an example.

import { useState } from "react";
import { DemoPortals } from "./demo-portals";
import { type DemoPerson, useDemoPeople } from "./demo";
import { ExampleList } from "./examples-panel";
import { STEPS } from "./login";
import { LoginForm } from "./login-form";
import { AskedNow } from "./login-questions";
import { type Run, start, useRun } from "./login-run";
import { useSession } from "./session";
import { stateName, stepName, texts } from "./texts";

const MARKS = { running: "…", waiting: "?", done: "✓", skipped: "–", refused: "✕", stopped: "–" } as const;

function Steps({ run }: { run: Run }) {
  return (
    <ol className="oc-steps" aria-label={texts.steps} aria-live="polite">
      {STEPS.map((step) => {
        const now = run.steps[step];
        if (now === undefined) return null;
        return (
          <li key={step} className={`oc-step oc-${now.state}`} data-step={step} data-state={now.state}>
            <span className="oc-mark" aria-hidden="true">
              {MARKS[now.state]}
            </span>
            <span className="oc-step-name">{stepName(step)}</span>
            <span className="oc-step-state">{stateName(now.state)}</span>
            {now.detail && <span className="oc-step-detail">{now.detail}</span>}
          </li>
        );
      })}
    </ol>
  );
}

function DemoPeople({ people, busy }: { people: readonly DemoPerson[] | null; busy: boolean }) {
  if (people === null) return <p className="oc-hint">{texts.loadingDemo}</p>;
  if (people.length === 0) return <p className="oc-hint">{texts.noDemo}</p>;
  return (
    <>
      <ul className="oc-list oc-people">
        {people.map((person) => (
          <li key={`${person.label} ${person.name}`}>
            <button type="button" className="oc-person" disabled={busy} onClick={() => void start(person, true)}>
              <span className="oc-person-name">{person.name}</span>
              <span className="oc-person-label">{person.label}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="oc-hint">{texts.demoConsent}</p>
    </>
  );
}

const WAYS = ["demoPeople", "ownNumber", "demoEmployers"] as const;
type Way = (typeof WAYS)[number];

export function LoginPanel({ demoOffered }: { demoOffered: boolean }) {
  const people = useDemoPeople(demoOffered);
  const run = useRun();
  const session = useSession();
  const [as, setAs] = useState<Way>(demoOffered ? "demoPeople" : "ownNumber");
  const started = Object.keys(run.steps).length > 0;

  return (
    <section className="oc-panel" aria-labelledby="oc-login-title">
      <h2 id="oc-login-title">{texts.login}</h2>
      <p className="oc-hint">{texts.loginIntro}</p>
      {started && <Steps run={run} />}
      {run.failure && (
        <p className="oc-failure" role="alert">
          {run.failure}
        </p>
      )}
      {run.question && <AskedNow question={run.question} />}
      {session.kind !== "anonymous" && !run.busy ? (
        <>
          <h3>{texts.welcome}</h3>
          <ExampleList />
        </>
      ) : (
        run.question === null && (
          <>
            <div className="oc-tabs" role="group" aria-label={texts.login}>
              {WAYS.map((way) => (
                <button key={way} type="button" aria-pressed={as === way} onClick={() => setAs(way)}>
                  {texts[way]}
                </button>
              ))}
            </div>
            {as === "ownNumber" && <LoginForm busy={run.busy} onStart={(person) => void start(person, false)} />}
            {as === "demoPeople" && <DemoPeople people={people} busy={run.busy} />}
            {as === "demoEmployers" && <DemoPortals offered={demoOffered} />}
          </>
        )
      )}
      <p className="oc-hint oc-foot">{texts.kept}</p>
    </section>
  );
}
