import type { LongwireError } from '@longwire/client';
import { useConnection } from '@longwire/client/react';
import { useEffect, useState } from 'react';

export interface Polled<T> {
  value: T | null;
  error: LongwireError | null;
}

/** Asks again and again, one question at a time, while the page is seen and connected. `ask` is to stay the same function. */
export function usePolled<T>(ask: () => Promise<T>, every_ms: number): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ value: null, error: null });
  const is_connected = useConnection().kind === 'connected';
  useEffect(() => {
    if (!is_connected) return;
    let is_here = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      if (!document.hidden) {
        try {
          const value = await ask();
          if (is_here) setPolled({ value, error: null });
        } catch (error) {
          if (is_here) setPolled(({ value }) => ({ value, error: error as LongwireError }));
        }
      }
      if (is_here) timer = setTimeout(() => void look(), every_ms);
    };
    void look();
    return () => {
      is_here = false;
      clearTimeout(timer);
    };
  }, [ask, every_ms, is_connected]);
  return polled;
}
