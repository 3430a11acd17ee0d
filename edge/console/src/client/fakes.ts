// What the client's tests run on: a clock moved by hand and a server of one socket at a time.
import type { Clock, SocketLike } from './connection';

export class ManualClock implements Clock {
  private time = 1_000_000;
  private last = 0;
  private timers = new Map<number, { at: number; run: () => void }>();

  now(): number {
    return this.time;
  }

  setTimeout(run: () => void, delay_ms: number): number {
    this.timers.set(++this.last, { at: this.time + delay_ms, run });
    return this.last;
  }

  clearTimeout(timer: unknown): void {
    this.timers.delete(timer as number);
  }

  /** Moves on, firing what falls due in the order of its times. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      let due: [number, { at: number; run: () => void }] | null = null;
      for (const entry of this.timers) if (entry[1].at <= end && (due === null || entry[1].at < due[1].at)) due = entry;
      if (due === null) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].run();
    }
    this.time = end;
  }
}

export type Sent = Record<string, unknown> & { id: number; cmd: string };

export class FakeSocket implements SocketLike {
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly frames: string[] = [];
  closed: number | null = null;

  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(data: string): void {
    this.frames.push(data);
  }

  close(code = 1005): void {
    this.closed = code;
  }

  /** All commands received so far. */
  get sent(): Sent[] {
    return this.frames.flatMap((frame) => frame.split('\n').map((line) => JSON.parse(line) as Sent));
  }

  command(cmd: string, nth = 0): Sent {
    const found = this.sent.filter((sent) => sent.cmd === cmd)[nth];
    if (found === undefined) throw new Error(`no ${cmd} #${nth} among ${JSON.stringify(this.sent)}`);
    return found;
  }

  open(): void {
    this.onopen?.(undefined as never);
  }

  /** Everything in one frame, an object a line. */
  push(...messages: object[]): void {
    this.onmessage?.({ data: messages.map((message) => JSON.stringify(message)).join('\n') });
  }

  ok(sent: Sent, ok: object = {}): void {
    this.push({ id: sent.id, ok });
  }

  hangUp(code = 1006, reason = ''): void {
    this.onclose?.({ code, reason });
  }
}

/** Lets what was queued as microtasks run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}
