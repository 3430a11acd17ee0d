import { useEffect } from 'react';
import type { LongwireError } from '../errors';
import type { Event, Member } from '../protocol';
import { useClient, useStore } from './provider';
import type { StoreOf } from './shared_stores';

export interface PresenceView {
  members: readonly Member[];
  error: LongwireError | null;
}

export interface UsePresenceOptions {
  /** Whether this component's user is a member while it is there; false only looks. */
  join?: boolean;
  as?: string;
  info?: unknown;
}

const kNobody: PresenceView = { members: [], error: null };

/** Who is a member of a topic, as they come and go. */
export function usePresence(topic: string | null, { join = false, as, info }: UsePresenceOptions = {}): PresenceView {
  const client = useClient();
  const said = JSON.stringify(info);
  useEffect(() => {
    if (topic === null || !join) return;
    const fields = { ...(as === undefined ? {} : { as }), ...(info === undefined ? {} : { info }) };
    const joined = client.join(topic, fields);
    return () => void joined.then((leave) => leave()).catch(() => undefined);
    // `info` counts by what it says.
  }, [client, topic, join, as, said]);
  return useStore(presenceStore(topic ?? ''), topic !== null);
}

function presenceStore(topic: string): StoreOf<PresenceView> {
  return {
    key: JSON.stringify(['presence', topic]),
    initial: kNobody,
    open: (client, set) => {
      let round = 0;
      // Whoever comes or goes while the list is on its way makes it old: it is asked for again.
      const list = () => {
        const own = ++round;
        client.presence(topic).then(
          (members) => own === round && set(() => ({ members, error: null })),
          (error: LongwireError) => own === round && set((view) => ({ ...view, error })),
        );
      };
      const stream = client.subscribe(topic, {
        onSubscribed: list,
        onGap: list,
        onEvent: (event: Event) => event.type.startsWith('presence.') && list(),
        onError: (error) => set((view) => ({ ...view, error })),
      });
      return () => {
        round += 1;
        stream.close();
      };
    },
  };
}
