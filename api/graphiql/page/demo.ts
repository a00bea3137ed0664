// The fictional people that a development server offers to log in as.

import { useEffect, useState } from "react";
import type { Person } from "./login";

export interface DemoPerson extends Person {
  label: string;
}

const ADDRESS = "/graphiql/demo.json";

/** `null` while loading; empty when the server offers none. */
export function useDemoPeople(offered: boolean): readonly DemoPerson[] | null {
  const [people, setPeople] = useState<readonly DemoPerson[] | null>(offered ? null : []);
  useEffect(() => {
    if (!offered) return;
    const ending = new AbortController();
    fetch(ADDRESS, { signal: ending.signal, credentials: "omit", cache: "no-store" })
      .then((response) => (response.ok ? response.json() : []))
      .then((list) => setPeople(list as DemoPerson[]))
      .catch(() => {
        if (!ending.signal.aborted) setPeople([]);
      });
    return () => ending.abort();
  }, [offered]);
  return people;
}
