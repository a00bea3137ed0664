// A value that lives outside the components: a panel may be closed and opened while a login runs.

import { useSyncExternalStore } from "react";

export interface Value<T> {
  get(): T;
  set(next: T): void;
  use(): T;
}

export function value<T>(initial: T): Value<T> {
  let current = initial;
  const listeners = new Set<() => void>();
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const get = () => current;
  return {
    get,
    set(next) {
      current = next;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
