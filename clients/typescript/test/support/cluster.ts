// The whole of a cluster for tests, as the other tests in JavaScript have it.
// @ts-expect-error: plain JavaScript
import * as plain from '../../../../tests/support/cluster.mjs';

export interface Cluster {
  url: string;
  urls: string[];
  /** Ends a process by SIGKILL and comes back when it has been started again. */
  kill(name: string): Promise<void>;
  close(): Promise<void>;
}

export const openCluster = plain.openCluster as (options?: { edges?: number; more?: string[] }) => Promise<Cluster>;

export const eventually = plain.eventually as <T>(
  is_so: () => T | Promise<T>,
  what: string,
  patience_ms?: number,
) => Promise<T>;
