import type { SocketLike } from '../../src/transport/socket';

export type Sent = Record<string, unknown> & { id: number; cmd: string };

/** The other end of one WebSocket, by hand. */
export class FakeSocket implements SocketLike {
  binaryType = '';
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly frames: string[] = [];
  closed: number | null = null;
  readonly url: string;
  readonly protocols: string[];
  /** Told each command as it is sent. */
  heard: ((sent: Sent) => void) | null = null;

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(data: string | Uint8Array): void {
    const frame = data as string;
    this.frames.push(frame);
    for (const line of frame.split('\n')) this.heard?.(JSON.parse(line) as Sent);
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
