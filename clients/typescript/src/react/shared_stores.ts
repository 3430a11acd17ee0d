import type { Client } from '../client/client';

/** Something outside of React that components show: one for all that show the same. */
export interface StoreOf<T> {
  /** The same for the same thing, within a client. */
  key: string;
  initial: T;
  /** Begins to look, and says what there is each time it changes. Returns what ends it. */
  open: (client: Client, set: (next: (before: T) => T) => void) => () => void;
}

interface Store {
  value: unknown;
  listeners: Set<() => void>;
  close: () => void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** How long one stays that nobody shows: a component may be back at once, as React does in its strict mode. */
const kLingerMs = 1_000;

const stores = new WeakMap<Client, Map<string, Store>>();

/** For `useSyncExternalStore`. Nothing is opened while rendering, only when a component is there to show it. */
export function storeOf<T>(client: Client, of: StoreOf<T>) {
  const find = () => stores.get(client)?.get(of.key);
  return {
    read: (): T => (find()?.value as T | undefined) ?? of.initial,

    subscribe: (listener: () => void): (() => void) => {
      const store = find() ?? openStore(client, of);
      clearTimeout(store.timer);
      store.listeners.add(listener);
      return () => {
        store.listeners.delete(listener);
        if (store.listeners.size > 0) return;
        store.timer = setTimeout(() => {
          store.close();
          if (find() === store) stores.get(client)?.delete(of.key);
        }, kLingerMs);
      };
    },
  };
}

function openStore<T>(client: Client, of: StoreOf<T>): Store {
  const store: Store = { value: of.initial, listeners: new Set(), close: () => undefined, timer: undefined };
  const all = stores.get(client) ?? new Map<string, Store>();
  stores.set(client, all);
  all.set(of.key, store);
  store.close = of.open(client, (next) => {
    const value = next(store.value as T);
    if (value === store.value) return;
    store.value = value;
    store.listeners.forEach((listener) => listener());
  });
  return store;
}
