import { useEffect, useState } from 'react';

/** Something that is open while the component is there; null before it is. What React ends in the same turn, as it does in
 *  its strict mode, has not begun. `open` is to stay the same function. */
export function useOpened<T extends { close(): void }>(open: () => T): T | null {
  const [opened, setOpened] = useState<T | null>(null);
  useEffect(() => {
    let is_here = true;
    let one: T | null = null;
    queueMicrotask(() => {
      if (!is_here) return;
      one = open();
      setOpened(one);
    });
    return () => {
      is_here = false;
      one?.close();
    };
  }, [open]);
  return opened;
}
