import type { Clock } from '../clock';
import { LongwireError } from '../errors';
import type { Command, Message } from '../protocol';
import type { Manner } from './manner';

export interface CommandQueueOptions {
  clock: Clock;
  send: (command: Command) => void;
  /** A command that was sent and has no answer for this long fails with `timeout`. */
  answer_timeout_ms: number;
  /** A command that is not done for this long, with all its waiting and repeating, fails. */
  age_max_ms: number;
  /** Commands that wait for a connection or an answer; a further one fails with `too_many`. */
  size_max: number;
}

/** Called once, within the turn in which the answer arrived: what follows it in the same frame must find its effect. */
export type Done = (error: LongwireError | null, ok: Message) => void;

interface Pending {
  command: Command;
  manner: Manner;
  done: Done;
  is_sent: boolean;
  born_ms: number;
  timer: unknown;
}

const kTooLarge = 1009;
const kRetryMs = 1_000;

/** Commands and their answers. What may be repeated survives the loss of a connection, in its order. */
export class CommandQueue {
  private readonly options: CommandQueueOptions;
  private readonly pending = new Map<number, Pending>();
  private is_up = false;
  private last_id = 0;

  constructor(options: CommandQueueOptions) {
    this.options = options;
  }

  add(cmd: string, fields: Message, manner: Manner, done: Done): void {
    if (this.pending.size >= this.options.size_max) {
      return done(new LongwireError('too_many', 'too many commands wait for an answer'), {});
    }
    if (!this.is_up && !manner.waits) {
      return done(new LongwireError('disconnected', 'there is no connection'), {});
    }
    const pending = this.put(cmd, fields, manner, done);
    if (this.is_up) this.send(pending);
    else this.waitUntilOld(pending);
  }

  /** The first words on a connection, which is not `up` yet. */
  greet(fields: Message, done: Done): void {
    this.send(this.put('hello', fields, { repeatable: false, waits: false }, done));
  }

  /** There is a connection: what is said in `first` is sent first, and then what waits, in the order it was said in. */
  up(first: () => void): void {
    const waiting = [...this.pending.values()].filter((pending) => !pending.is_sent);
    this.is_up = true;
    first();
    for (const pending of waiting) if (this.is_up && this.pending.has(pending.command.id)) this.send(pending);
  }

  /** The connection is lost, closed with this code. */
  down(code: number): void {
    this.is_up = false;
    const hit = [...this.pending.values()].filter((pending) => pending.is_sent || !pending.manner.waits);
    // Frames of several commands are small, so one that was too large held the largest of them alone.
    const culprit = code === kTooLarge ? largest(hit) : undefined;
    for (const pending of hit) {
      if (pending === culprit) {
        this.fail(pending, new LongwireError('too_large', 'the edge takes no message of this size'));
      } else if (pending.manner.repeatable && pending.manner.waits) {
        pending.is_sent = false;
        this.waitUntilOld(pending);
      } else {
        this.fail(pending, new LongwireError('disconnected', 'the connection was lost before the answer came'));
      }
    }
  }

  /** All that waits fails. */
  close(): void {
    this.is_up = false;
    for (const pending of [...this.pending.values()]) {
      this.fail(pending, new LongwireError('closed', 'the client was closed'));
    }
  }

  answer(id: number, message: Message): void {
    const pending = this.pending.get(id);
    if (pending === undefined || !pending.is_sent) return; // answered after its timeout
    if (message.error === undefined) {
      this.settle(pending);
      return pending.done(null, (message.ok ?? {}) as Message);
    }
    const error = LongwireError.from(message.error);
    if (!this.triesAgain(pending, error)) this.fail(pending, error);
  }

  /** What was refused for the moment is said again, where that can't do it twice. */
  private triesAgain(pending: Pending, error: LongwireError): boolean {
    const { clock, age_max_ms } = this.options;
    const { repeatable, waits } = pending.manner;
    if (error.code !== 'rate_limited' && !(error.code === 'unavailable' && repeatable)) return false;
    const delay_ms = error.retry_after_ms ?? kRetryMs;
    if (waits && clock.now() + delay_ms - pending.born_ms >= age_max_ms) return false;
    pending.is_sent = false;
    clock.clearTimeout(pending.timer);
    pending.timer = clock.setTimeout(() => {
      if (this.is_up) this.send(pending);
      else this.waitUntilOld(pending);
    }, delay_ms);
    return true;
  }

  private put(cmd: string, fields: Message, manner: Manner, done: Done): Pending {
    const command = { id: ++this.last_id, cmd, ...fields };
    const pending = { command, manner, done, is_sent: false, born_ms: this.options.clock.now(), timer: null };
    this.pending.set(command.id, pending);
    return pending;
  }

  private send(pending: Pending): void {
    const { clock, answer_timeout_ms } = this.options;
    pending.is_sent = true;
    clock.clearTimeout(pending.timer);
    pending.timer = clock.setTimeout(
      () => this.fail(pending, new LongwireError('timeout', `no answer to ${pending.command.cmd} in time`)),
      answer_timeout_ms,
    );
    this.options.send(pending.command);
  }

  private waitUntilOld(pending: Pending): void {
    const { clock, age_max_ms } = this.options;
    clock.clearTimeout(pending.timer);
    const left_ms = Math.max(0, pending.born_ms + age_max_ms - clock.now());
    pending.timer = clock.setTimeout(
      () => this.fail(pending, new LongwireError('expired_here', `no connection for ${pending.command.cmd} in time`)),
      left_ms,
    );
  }

  private fail(pending: Pending, error: LongwireError): void {
    this.settle(pending);
    pending.done(error, {});
  }

  private settle(pending: Pending): void {
    this.options.clock.clearTimeout(pending.timer);
    this.pending.delete(pending.command.id);
  }
}

function largest(sent: readonly Pending[]): Pending | undefined {
  const size = ({ command }: Pending) => JSON.stringify(command, (_, value) => (typeof value === 'bigint' ? 0 : value)).length;
  return sent.reduce<Pending | undefined>(
    (most, pending) => (most === undefined || size(pending) > size(most) ? pending : most),
    undefined,
  );
}
