/** Runs a function once before the next paint; in a hidden page, where nothing is painted, a little later. */
export type Schedule = (run: () => void) => void;

const kHiddenMs = 250;

export const nextFrame: Schedule = (run) => {
  if (document.hidden) setTimeout(run, kHiddenMs);
  else requestAnimationFrame(run);
};

/** What a store gives to `useSyncExternalStore`: a version that rises at most once per frame, however often the store
 *  changes in between. */
export class Signal {
  private version = 0;
  private scheduled = false;
  private readonly listeners = new Set<() => void>();
  private readonly schedule: Schedule;

  constructor(schedule: Schedule = nextFrame) {
    this.schedule = schedule;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly read = (): number => this.version;

  touch(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.schedule(() => {
      this.scheduled = false;
      this.version += 1;
      this.listeners.forEach((listener) => listener());
    });
  }
}
