import { useCallback, useSyncExternalStore } from 'react';
import type { ConnectionState } from '../connection/state';
import { useClient } from './provider';

/** How the connection is doing. */
export function useConnection(): ConnectionState {
  const client = useClient();
  const subscribe = useCallback((listener: () => void) => client.onState(listener), [client]);
  const read = () => client.state;
  return useSyncExternalStore(subscribe, read, read);
}
