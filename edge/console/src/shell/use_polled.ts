import type { LongwireError } from '@longwire/client';
import { useConnection } from '@longwire/client/react';
import { useEffect, useState } from 'react';

export interface Polled<T> {
  value: T | null;
  error: LongwireError | null;
}

/** Asks again and again, one question at a time, while the page is seen and connected. How long it waits in between may
 *  depend on the newest answer; null: there is nothing more to ask. Both functions are to stay the same. */
export function usePolled<T>(ask: () => Promise<T>, pause_ms: number | ((newest: T | null) => number | null)): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: null, error: null });
  const is_connected = useConnection().kind === 'connected';
  useEffect(() => {
    if (!is_connected) return;
    let is_here = true;
    let newest: T | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      if (!document.hidden) {
        try {
          const value = await ask();
          newest = value;
          if (is_here) setPolled({ value, error: null });
        } catch (error) {
          if (is_here) setPolled(({ value }) => ({ value, error: error as LongwireError }));
        }
      }
      const pause = typeof pause_ms === 'number' ? pause_ms : pause_ms(newest);
      if (is_here && pause !== null) timer = setTimeout(() => void look(), pause);
    };
    void look();
    return () => {
      is_here = false;
      clearTimeout(timer);
    };
  }, [ask, pause_ms, is_connected]);
  return polled;
}
