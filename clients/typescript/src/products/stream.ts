import type { StreamClientMessage, StreamServerMessage } from '../dialects/stream';
import { ProductConnection, type ProductOptions } from './product_connection';

/** A chat whose steps and words are seen live, and that can be cancelled (docs/dialects/stream.md). */
export class StreamConnection extends ProductConnection<StreamClientMessage, StreamServerMessage> {
  private resume: string | undefined;
  /** How far each text of the present task has come. */
  private readonly texts = new Map<string, number>();

  constructor(urls: string | URL | readonly (string | URL)[], options: ProductOptions = {}) {
    const query = () => ({ resume: this.resume });
    super(urls, { path: '/ws/stream', query, ping: { type: 'ping', payload: {} }, silence_ms: 30_000 }, options);
    this.start();
  }

  /** Starts a task, or answers the one that asks. */
  chat(message: string): Promise<void> {
    return this.send({ type: 'chat', payload: { message } });
  }

  /** Is answered by `cancelled {success}` at once, and by `cancelled {message}` when the task has ended so. */
  cancel(): Promise<void> {
    return this.send({ type: 'cancel', payload: {} });
  }

  protected override isNews(message: StreamServerMessage): boolean {
    if (message.type === 'ping' || message.type === 'pong') return false;
    if (message.type === 'welcome') {
      this.resume = message.resume;
      if (!message.resumed) this.texts.clear();
    }
    // The end of a task; the next one's texts may have the same names.
    if (message.type === 'result' || (message.type === 'cancelled' && 'message' in message)) this.texts.clear();
    if (message.type !== 'token') return true;
    // After a resume the last pieces may come again.
    if (message.index <= (this.texts.get(message.stream) ?? -1)) return false;
    this.texts.set(message.stream, message.index);
    return true;
  }
}

export function connectStream(
  urls: string | URL | readonly (string | URL)[],
  options?: ProductOptions,
): StreamConnection {
  return new StreamConnection(urls, options);
}
