import { createContext, createElement, useContext, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import type { Client } from '../client/client';
import { storeOf, type StoreOf } from './shared_stores';

const ClientContext = createContext<Client | null>(null);

/** Gives a client to the components below. It is neither opened nor closed here. */
export function LongwireProvider({ client, children }: { client: Client; children?: ReactNode }) {
  return createElement(ClientContext.Provider, { value: client }, children);
}

export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error('outside of a LongwireProvider');
  return client;
}

const kNowhere = { subscribe: () => () => undefined };

/** Shows a store; the initial value where there is none to be shown. */
export function useStore<T>(of: StoreOf<T>, is_wanted: boolean): T {
  const client = useClient();
  // What is told by the key is all that differs between two.
  const store = useMemo(() => (is_wanted ? storeOf(client, of) : null), [client, of.key, is_wanted]);
  const read = store?.read ?? (() => of.initial);
  return useSyncExternalStore(store?.subscribe ?? kNowhere.subscribe, read, read);
}
