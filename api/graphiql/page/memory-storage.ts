// GraphiQL writes editors, variables and history to localStorage unless given another place.
// A variable may be a person's name and number, so that place is this page's memory.

import type { Storage } from "@graphiql/toolkit";

export function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
    clear: () => kept.clear(),
  };
}
