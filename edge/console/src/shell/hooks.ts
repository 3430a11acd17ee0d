import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useConnection } from '@longwire/client/react';
import type { Signal } from '../model/signal';
import type { TaskList } from '../model/task_list';
import { parseRoute, type Route } from './route';

/** What lives as long as the page. */
export interface Session {
  list: TaskList;
  /** Where the list was left: back to it is back to what was filtered. */
  list_href: string;
  token: () => string | undefined;
  setToken: (token: string) => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('outside of a session');
  return session;
}

/** Renders again when the store has changed, at most as often as a page is read. */
export function useSignal(signal: Signal): number {
  return useSyncExternalStore(signal.subscribe, signal.read);
}

export function useRoute(): Route {
  const hash = useSyncExternalStore(
    (listener) => {
      window.addEventListener('hashchange', listener);
      return () => window.removeEventListener('hashchange', listener);
    },
    () => window.location.hash,
  );
  return useMemo(() => parseRoute(hash).route, [hash]);
}

/** The time, told once a second while `ticking`. */
export function useNow(ticking = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** The words in the browser's tab: the page's own, behind the connection's when that is not well. */
export function useTitle(words: string): void {
  const connection = useConnection();
  const { kind } = connection;
  const needs_token = kind === 'failed' && connection.why === 'unauthorized';
  useEffect(() => {
    const trouble = needs_token ? '✕ Token needed · ' : kind === 'failed' ? '✕ Failed · ' : '… Reconnecting · ';
    const is_well = kind === 'connected' || kind === 'connecting' || kind === 'closed';
    document.title = `${is_well ? '' : trouble}${words} · Longwire`;
    const icon = kind === 'connected' || kind === 'failed' ? kind : 'waiting';
    document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.setAttribute('href', `./icon-${icon}.svg`);
  }, [kind, needs_token, words]);
}
