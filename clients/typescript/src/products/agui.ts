import { watchNetwork } from '../client/network';
import { kRealClock, type Clock } from '../clock';
import { backoffDelay, type BackoffOptions } from '../connection/backoff';
import { edgeUrl, Endpoints } from '../connection/endpoints';
import type { ConnectionState } from '../connection/state';
import type { AguiCancelAccepted, AguiRunAgentInput, AguiRunError, AguiRunFinished, AguiServerMessage } from '../dialects/agui';
import { Listeners } from '../listeners';
import { EventStreamParser } from '../transport/event_stream_parser';
import { plainHello, postTo } from './product_connection';

export type AguiEvent = Extract<AguiServerMessage, { type: string }>;

export interface AguiOptions {
  /** Goes along with each request; asked for each time. */
  token?: string | (() => string | undefined);
  fetch?: typeof fetch;
  backoff?: BackoffOptions;
  clock?: Clock;
  random?: () => number;
}

/** The edge lets hear of itself every 15 s. */
const kSilenceMs = 45_000;

/** One run of AG-UI (docs/dialects/agui.md), followed to its end: where its stream is lost it goes on behind the last event,
 *  which `@ag-ui/client` by itself does not. */
export class AguiRun {
  readonly run_id: string;
  /** Its last event; null where it is closed before. */
  readonly done: Promise<AguiRunFinished | AguiRunError | null>;
  private readonly edges: Endpoints;
  private readonly path: string;
  private readonly input: AguiRunAgentInput;
  private readonly options: AguiOptions;
  private readonly clock: Clock;
  private readonly on_state = new Listeners<ConnectionState>();
  private readonly on_event = new Listeners<AguiEvent>();
  private readonly unwatch: () => void;
  private settle!: (end: AguiRunFinished | AguiRunError | null) => void;
  private standing: ConnectionState = { kind: 'connecting' };
  private last_event_id: string | null = null;
  private attempt = 0;
  private abort: AbortController | null = null;
  private timer: unknown = null;

  constructor(urls: string | URL | readonly (string | URL)[], kind: string, input: AguiRunAgentInput, options: AguiOptions = {}) {
    this.run_id = input.runId;
    const all = typeof urls === 'string' || urls instanceof URL ? [urls] : urls;
    this.edges = new Endpoints(all.map(edgeUrl), options.random ?? Math.random);
    this.path = `/agui/${encodeURIComponent(kind)}`;
    this.input = input;
    this.options = options;
    this.clock = options.clock ?? kRealClock;
    this.done = new Promise((resolve) => (this.settle = resolve));
    this.unwatch = watchNetwork(() => this.retry());
    void this.open();
  }

  /** `closed` when the run has ended, too. */
  get state(): ConnectionState {
    return this.standing;
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    return this.on_state.add(listener);
  }

  /** Each event once. */
  onMessage(listener: (event: AguiEvent) => void): () => void {
    return this.on_event.add(listener);
  }

  /** Events of one type. */
  on<Type extends AguiEvent['type']>(type: Type, listener: (event: Extract<AguiEvent, { type: Type }>) => void): () => void {
    return this.onMessage((event) => {
      if (event.type === type) listener(event as Extract<AguiEvent, { type: Type }>);
    });
  }

  /** Asks the run to end, which it tells by an event of its own. */
  async cancel(reason?: string): Promise<AguiCancelAccepted> {
    const body = reason === undefined ? {} : { reason };
    const path = `/agui/runs/${encodeURIComponent(this.run_id)}/cancel`;
    const { fetch } = this.options;
    const options = { headers: this.authorization(), ...(fetch === undefined ? {} : { fetch }) };
    return (await postTo(this.edges.current, path, body, options)) as unknown as AguiCancelAccepted;
  }

  /** Tries now instead of later, also after `failed`. */
  retry(): void {
    const { kind } = this.standing;
    if (kind === 'failed' || (kind === 'reconnecting' && this.abort === null)) void this.open();
  }

  /** Goes away, which cancels nothing. */
  close(): void {
    this.end(null);
  }

  /** The same request each time: it is the same run, from where the id says. */
  private async open(): Promise<void> {
    this.clock.clearTimeout(this.timer);
    const abort = new AbortController();
    this.abort = abort;
    const { attempt } = this;
    this.become(attempt === 0 ? { kind: 'connecting' } : { kind: 'reconnecting', attempt, retry_at_ms: null, reason: '', code: 1006 });
    let why = 'the stream has ended';
    try {
      const get = this.options.fetch ?? fetch;
      const response = await get(this.edges.current + this.path, {
        method: 'POST',
        headers: this.headers(),
        body: JSON.stringify(this.input),
        signal: abort.signal,
      });
      if (this.abort !== abort) return;
      if (response.ok && response.body !== null) await this.read(response.body, abort);
      else why = await this.refused(response, abort);
    } catch (error) {
      why = String(error);
    }
    if (this.abort === abort) this.lost(why);
  }

  private authorization(): Record<string, string> {
    const { token } = this.options;
    const own = typeof token === 'function' ? token() : token;
    return own === undefined ? {} : { authorization: `Bearer ${own}` };
  }

  private headers(): Record<string, string> {
    return {
      'content-type': 'application/json',
      ...this.authorization(),
      ...(this.last_event_id === null ? {} : { 'last-event-id': this.last_event_id }),
    };
  }

  private async read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    this.become({ kind: 'connected', hello: plainHello(kSilenceMs), url: this.edges.current });
    const decoder = new TextDecoder();
    const parser = new EventStreamParser(({ data, id }) => {
      if (this.abort !== abort || data === '') return;
      if (id !== '') this.last_event_id = id;
      this.attempt = 0;
      const event = JSON.parse(data) as AguiEvent;
      this.on_event.tell(event);
      if (event.type === 'RUN_FINISHED' || event.type === 'RUN_ERROR') this.end(event);
    });
    const reader = body.getReader();
    while (this.abort === abort) {
      this.clock.clearTimeout(this.timer);
      this.timer = this.clock.setTimeout(() => abort.abort(new Error('no sign of life')), kSilenceMs);
      const { done, value } = await reader.read();
      if (done) return;
      parser.push(decoder.decode(value, { stream: true }));
    }
  }

  /** Gives why, where it is worth another try. */
  private async refused(response: Response, abort: AbortController): Promise<string> {
    const { status } = response;
    const problem = (await response.json().catch(() => ({}))) as { detail?: string };
    const reason = problem.detail ?? `status ${status}`;
    if (status < 500 && status !== 429 && this.abort === abort) {
      this.abort = null;
      this.become({ kind: 'failed', why: status === 401 ? 'unauthorized' : 'refused', reason, code: status });
    }
    return reason;
  }

  private lost(reason: string): void {
    this.clock.clearTimeout(this.timer);
    this.abort = null;
    this.attempt += 1;
    this.edges.next();
    const { backoff = { base_ms: 500, cap_ms: 15_000 }, random = Math.random } = this.options;
    const delay_ms = backoffDelay(this.attempt, backoff, random);
    this.timer = this.clock.setTimeout(() => void this.open(), delay_ms);
    this.become({ kind: 'reconnecting', attempt: this.attempt, retry_at_ms: this.clock.now() + delay_ms, reason, code: 1006 });
  }

  private end(last: AguiRunFinished | AguiRunError | null): void {
    if (this.standing.kind === 'closed') return;
    const { abort } = this;
    this.abort = null;
    this.clock.clearTimeout(this.timer);
    this.unwatch();
    this.become({ kind: 'closed' });
    abort?.abort();
    this.settle(last);
  }

  private become(state: ConnectionState): void {
    this.standing = state;
    this.on_state.tell(state);
  }
}

/** Begins a run of tasks of that kind, or comes back to the one that has its id. */
export function runAgui(
  urls: string | URL | readonly (string | URL)[],
  kind: string,
  input: AguiRunAgentInput,
  options?: AguiOptions,
): AguiRun {
  return new AguiRun(urls, kind, input, options);
}
