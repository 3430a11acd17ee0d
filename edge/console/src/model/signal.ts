/** Runs a function once, soon. */
export type Schedule = (run: () => void) => void;

const kHiddenMs = 250;

/** As often as new words are read; what is left of the time is the reader's, to scroll and to type. */
export const kApartMs = 30;

/** Before a paint, and some time after the last; in a hidden page, where nothing is painted, a little later. */
export function pacedFrames(): Schedule {
  let last_ms = 0;
  return (run) => {
    if (document.hidden) {
      setTimeout(run, kHiddenMs);
      return;
    }
    const frame = (now_ms: number) => {
      if (now_ms - last_ms < kApartMs) return void requestAnimationFrame(frame);
      last_ms = now_ms;
      run();
    };
    requestAnimationFrame(frame);
  };
}

/** What a store gives to `useSyncExternalStore`: a version that rises at most so often as a page is read, however
 *  often the store changes in between. */
export class Signal {
  private version = 0;
  private scheduled = false;
  private readonly listeners = new Set<() => void>();
  private readonly schedule: Schedule;

  constructor(schedule: Schedule = pacedFrames()) {
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
