// The demo employers to be the portal of.

import { useState } from "react";
import { type Portal, useDemoPortals } from "./employer";
import { detailOf } from "./login";
import { beginAsPortal } from "./session";
import { texts } from "./texts";

export function DemoPortals({ offered }: { offered: boolean }) {
  const portals = useDemoPortals(offered);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");

  const begin = (portal: Portal): void => {
    setBusy(true);
    setFailure("");
    beginAsPortal(portal)
      .catch((error: unknown) => setFailure(detailOf(error)))
      .finally(() => setBusy(false));
  };

  if (portals === null) return <p className="oc-hint">{texts.loadingDemo}</p>;
  if (portals.length === 0) return <p className="oc-hint">{texts.noDemo}</p>;
  return (
    <>
      {failure && (
        <p className="oc-failure" role="alert">
          {failure}
        </p>
      )}
      <ul className="oc-list oc-people">
        {portals.map((portal) => (
          <li key={portal.clientId}>
            <button type="button" className="oc-person" disabled={busy} onClick={() => begin(portal)}>
              <span className="oc-person-name">{portal.label}</span>
              <span className="oc-person-label">{portal.clientId}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="oc-hint">{texts.demoPortals}</p>
    </>
  );
}
