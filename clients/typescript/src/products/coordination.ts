import type { CoordinationServerMessage } from '../dialects/coordination';
import { LongwireError } from '../errors';
import type { Message } from '../protocol';
import { randomId } from '../random_id';
import { ProductConnection, type ProductOptions } from './product_connection';
import { Seen } from './seen';

/** Any message of the room: known types, and an agent's own. */
export interface CoordinationMessage {
  type: string;
  payload: Message;
  metadata?: Message;
}

export interface CoordinationAnswer {
  message_id: string;
  offset: number;
  /** Of a broadcast: how many were here. */
  recipients?: number;
  /** Of a message to one: whether it is here. If not, the message waits for it. */
  delivered?: boolean;
  duplicate?: boolean;
  task?: string;
}

interface Unanswered {
  message: CoordinationMessage;
  resolve: (answer: CoordinationAnswer) => void;
  reject: (error: LongwireError) => void;
}

/** Messages without an answer; a further one is refused. */
const kUnansweredMax = 1_000;

/** An agent among others (docs/dialects/coordination.md). What it says is kept once however often the connection is lost
 *  meanwhile, since each message has an id and is said until it is acknowledged. */
export class CoordinationConnection extends ProductConnection<CoordinationMessage, CoordinationServerMessage> {
  readonly agent_id: string;
  private readonly seen = new Seen();
  private readonly unanswered = new Map<string, Unanswered>();
  private readonly here = new Set<string>();

  constructor(urls: string | URL | readonly (string | URL)[], agent_id: string, options: ProductOptions = {}) {
    const path = `/ws/v1/coordination/${encodeURIComponent(agent_id)}`;
    super(urls, { path, ping: { type: 'ping', payload: {} }, silence_ms: 30_000 }, options);
    this.agent_id = agent_id;
    this.start();
  }

  /** The others that are here. */
  get agents(): readonly string[] {
    return [...this.here];
  }

  /** To all others in the room. */
  broadcast(message: string, more: Message = {}): Promise<CoordinationAnswer> {
    return this.tell('*', 'broadcast', { ...more, message });
  }

  /** Asks an agent, or a worker that serves it, to do something. */
  assign(agent_id: string, task_id: string, instruction: string): Promise<CoordinationAnswer> {
    return this.tell(agent_id, 'task_assignment', { task_id, instruction });
  }

  /** To one agent, or to all ("*"). Resolves when it is kept. */
  tell(recipient: string, type: string, payload: Message): Promise<CoordinationAnswer> {
    const message_id = randomId();
    const message = { type, payload, metadata: { recipient, message_id } };
    return new Promise((resolve, reject) => {
      if (this.state.kind === 'closed') return reject(new LongwireError('closed', 'the connection is closed'));
      if (this.unanswered.size >= kUnansweredMax) {
        return reject(new LongwireError('too_many', 'too many messages wait for their answer'));
      }
      this.unanswered.set(message_id, { message, resolve, reject });
      if (this.state.kind === 'connected') void this.send(message);
    });
  }

  protected override greet(): void {
    for (const { message } of this.unanswered.values()) void this.send(message);
  }

  protected override isNews(heard: CoordinationServerMessage): boolean {
    const { type, payload, metadata } = heard as CoordinationMessage;
    switch (type) {
      case 'pong':
        return false;
      case 'welcome':
        this.here.clear();
        for (const { agent_id } of payload.agents as { agent_id: string }[]) this.here.add(agent_id);
        return true;
      case 'agent_joined':
        this.here.add(String(payload.agent_id));
        return true;
      case 'agent_left':
        this.here.delete(String(payload.agent_id));
        return true;
      case 'ack':
      case 'error':
        this.answer(type, payload);
        return true;
    }
    // An inbox would rather repeat than lose.
    const id = metadata?.message_id;
    return id === undefined || !this.seen.add(`${String(metadata?.sender)} ${String(id)}`);
  }

  protected override ended(): void {
    super.ended();
    for (const { reject } of this.unanswered.values()) reject(new LongwireError('closed', 'the connection is closed'));
    this.unanswered.clear();
  }

  private answer(type: string, payload: Message): void {
    const details = payload.details as Message | undefined;
    const id = String(payload.message_id ?? details?.message_id);
    const one = this.unanswered.get(id);
    if (one === undefined) return;
    this.unanswered.delete(id);
    if (type === 'ack') one.resolve(payload as unknown as CoordinationAnswer);
    else one.reject(LongwireError.from(payload));
  }
}

export function connectCoordination(
  urls: string | URL | readonly (string | URL)[],
  agent_id: string,
  options?: ProductOptions,
): CoordinationConnection {
  return new CoordinationConnection(urls, agent_id, options);
}
