// The bar above GraphiQL: whose tokens the requests carry, and until when.

import { useEffect, useState } from "react";
import icon from "./icon.svg";
import { detailOf } from "./login";
import { forgetRun } from "./login-run";
import { logOut, renew, useSession } from "./session";
import { texts } from "./texts";

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

function Remaining({ expiresAt }: { expiresAt: number }) {
  const seconds = Math.ceil((expiresAt - useNow()) / 1_000);
  if (!(seconds > 0)) return <span className="oc-remaining oc-ended">{texts.tokenEnded}</span>;
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return (
    <span className="oc-remaining" title={new Date(expiresAt).toLocaleString()}>
      {texts.tokenEndsIn} <span className="oc-clock">{clock}</span>
    </span>
  );
}

function TokenStatus({ name, expiresAt, onFailure }: { name: string; expiresAt: number; onFailure(text: string): void }) {
  const attempt = (work: Promise<void>): void => {
    onFailure("");
    work.catch((error: unknown) => onFailure(detailOf(error)));
  };
  const leave = async (): Promise<void> => {
    forgetRun();
    await logOut();
  };
  return (
    <>
      <span className="oc-who">
        <span className="oc-dot" aria-hidden="true" />
        {texts.loggedInAs} <strong>{name}</strong>
      </span>
      <Remaining expiresAt={expiresAt} />
      <button type="button" className="oc-button" onClick={() => attempt(renew())}>
        {texts.renewNow}
      </button>
      <button type="button" className="oc-button" onClick={() => attempt(leave())}>
        {texts.logOut}
      </button>
    </>
  );
}

export function Header({ loginHelper }: { loginHelper: boolean }) {
  const session = useSession();
  const [failure, setFailure] = useState("");
  const reason = failure || (session.kind === "anonymous" ? session.reason : "");
  return (
    <header className="oc-header">
      <img src={icon} alt="" width="26" height="26" />
      <h1>{texts.product}</h1>
      <span className="oc-badge">{texts.development}</span>
      <div className="oc-status" role="status">
        {reason && <span className="oc-failure">{reason}</span>}
        {session.kind !== "anonymous" && (
          <TokenStatus name={session.name} expiresAt={session.expiresAt} onFailure={setFailure} />
        )}
        {session.kind === "anonymous" && loginHelper && <span className="oc-who">{texts.notLoggedIn}</span>}
      </div>
    </header>
  );
}
