/** What tabs of one browser share: Web Locks and BroadcastChannel, as far as they are used. */
export interface TabPlatform {
  /** Holds the lock until the promise that `held` gives is over, or another one steals it: then this rejects. */
  lock(name: string, options: { signal?: AbortSignal; steal?: boolean }, held: () => Promise<void>): Promise<void>;
  /** What one posts all others of the name hear, in this tab too. */
  channel(name: string): TabChannel;
}

export interface TabChannel {
  post(message: unknown): void;
  onmessage: ((message: unknown) => void) | null;
  close(): void;
}

/** Those of the browser; null where it has not got both. */
export function browserTabs(): TabPlatform | null {
  const locks = (globalThis as { navigator?: { locks?: LockManager } }).navigator?.locks;
  if (locks === undefined || typeof BroadcastChannel === 'undefined' || typeof document === 'undefined') return null;
  return {
    lock: async (name, options, held) => void (await locks.request(name, options, held)),
    channel: (name) => {
      const own = new BroadcastChannel(name);
      const channel: TabChannel = { post: (message) => own.postMessage(message), onmessage: null, close: () => own.close() };
      own.onmessage = (event: MessageEvent) => channel.onmessage?.(event.data);
      return channel;
    },
  };
}
