import type { Clock } from '../clock';
import type { Codec, Frame } from '../wire/codec';
import type { CreateSocket, SocketLike } from './socket';
import type { Transport, TransportEvents } from './transport';

/** Codes of this side's own, for ends that no edge has told. */
export const kNeverOpened = 4901;
export const kUnreadable = 4902;

export interface WebSocketOptions {
  create: CreateSocket;
  codec: Codec;
  clock: Clock;
  open_timeout_ms: number;
}

/** A WebSocket. What is sent within one turn leaves in as few frames as can be. */
export class WebSocketTransport implements Transport {
  private readonly clock: Clock;
  private readonly codec: Codec;
  private readonly events: TransportEvents;
  private readonly timer: unknown;
  private socket: SocketLike | null;
  private is_open = false;
  private outgoing: Frame[] = [];

  constructor(url: string, options: WebSocketOptions, events: TransportEvents) {
    this.clock = options.clock;
    this.codec = options.codec;
    this.events = events;
    const { subprotocol } = this.codec;
    const socket = options.create(url, subprotocol === '' ? [] : [subprotocol]);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.is_open = true;
      this.clock.clearTimeout(this.timer);
      events.opened();
    };
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = (event) => {
      const code = this.is_open ? event.code : kNeverOpened;
      this.letGo();
      events.closed(code, event.reason);
    };
    socket.onerror = () => undefined; // a close follows
    this.socket = socket;
    this.timer = this.clock.setTimeout(() => this.fail(kNeverOpened, 'no answer'), options.open_timeout_ms);
  }

  send(objects: readonly object[]): void {
    if (!this.is_open) return;
    if (this.outgoing.length === 0) queueMicrotask(() => this.flush());
    for (const object of objects) this.outgoing.push(this.codec.encode(object));
  }

  close(code: number, reason: string): void {
    // What was said in this turn still goes out, a last `leave` for example.
    this.flush();
    this.letGo()?.close(code, reason);
  }

  private receive(frame: unknown): void {
    let messages;
    try {
      messages = this.codec.decode(frame);
    } catch {
      return this.fail(kUnreadable, 'unreadable message');
    }
    this.events.received(messages);
  }

  private fail(code: number, reason: string): void {
    this.letGo()?.close(4000, reason);
    this.events.closed(code, reason);
  }

  private flush(): void {
    const frames = this.outgoing;
    this.outgoing = [];
    let batch: Frame[] = [];
    let size = 0;
    for (const frame of frames) {
      if (size + frame.length > this.codec.frame_max && batch.length > 0) {
        this.socket?.send(this.codec.join(batch));
        batch = [];
        size = 0;
      }
      batch.push(frame);
      size += frame.length;
    }
    if (batch.length > 0) this.socket?.send(this.codec.join(batch));
  }

  /** The handlers go before the close: where the network is dead `onclose` would come late. */
  private letGo(): SocketLike | null {
    const socket = this.socket;
    this.socket = null;
    this.clock.clearTimeout(this.timer);
    if (socket !== null) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }
}
