import type { SessionsClientMessage, SessionsServerMessage } from '../dialects/sessions';
import { randomId } from '../random_id';
import { ProductConnection, type ProductOptions } from './product_connection';
import { Seen } from './seen';

export interface SessionOptions extends Omit<ProductOptions, 'token'> {
  /** Names the session: whoever has it goes on where it was. */
  session_token: string;
}

type UserMessage = Extract<SessionsClientMessage, { type: 'user_message' }>;

/** A user chats with an agent of a session (docs/dialects/sessions.md). */
export class SessionConnection extends ProductConnection<SessionsClientMessage, SessionsServerMessage> {
  private readonly seen = new Seen();

  constructor(urls: string | URL | readonly (string | URL)[], path: string, options: SessionOptions) {
    const { session_token, ...more } = options;
    const query = () => ({ session_token });
    super(urls, { path, query, ping: { type: 'ping' }, silence_ms: 30_000 }, more);
    this.start();
  }

  /** What the user says: begins a task, or is the next input of the one that runs. Gives the message's id. */
  async say(message: string, more: Partial<UserMessage> = {}): Promise<string> {
    const message_id = more.message_id ?? randomId();
    await this.send({ ...more, type: 'user_message', message, message_id });
    return message_id;
  }

  /** Answers a question of the agent. */
  answer(message: string): Promise<void> {
    return this.send({ type: 'question_answer', message });
  }

  /** Up to a second of messages comes twice when an edge was lost: the same id, and the same piece of a text. */
  protected override isNews(message: SessionsServerMessage): boolean {
    const { type, message_id, stream_index } = message as { type: string; message_id?: string; stream_index?: number };
    if (type === 'pong' || message_id === undefined) return type !== 'pong';
    return !this.seen.add(`${message_id} ${type} ${stream_index ?? ''}`);
  }
}

export function connectGuide(
  urls: string | URL | readonly (string | URL)[],
  options: SessionOptions,
): SessionConnection {
  return new SessionConnection(urls, '/api/ws/guide', options);
}

export function connectLiaison(
  urls: string | URL | readonly (string | URL)[],
  pillar: string,
  options: SessionOptions,
): SessionConnection {
  return new SessionConnection(urls, `/api/ws/liaison/${encodeURIComponent(pillar)}`, options);
}
