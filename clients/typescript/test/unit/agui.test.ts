import { describe, expect, it } from 'vitest';
import { runAgui, type AguiOptions } from '../../src/products/index';
import { ManualClock, settled } from '../support/manual_clock';

const kInput = { threadId: 't1', runId: 'r1', messages: [] };
const event = (id: string, type: string, more = {}) => `id: ${id}\ndata: ${JSON.stringify({ type, timestamp: 1, ...more })}\n\n`;

/** An edge that is asked by fetch, and speaks when a test wants it to. */
class FakeEdge {
  readonly clock = new ManualClock();
  readonly requests: { url: string; init: RequestInit }[] = [];
  /** Answers of other kinds, for the next requests. */
  readonly refusals: Response[] = [];
  private stream!: ReadableStreamDefaultController<Uint8Array>;

  readonly options: AguiOptions = {
    clock: this.clock,
    random: () => 0.25,
    fetch: (async (url: string, init: RequestInit) => {
      this.requests.push({ url, init });
      const refusal = this.refusals.shift();
      if (refusal !== undefined) return refusal;
      const body = new ReadableStream<Uint8Array>({ start: (stream) => void (this.stream = stream) });
      init.signal!.addEventListener('abort', () => this.cut());
      return new Response(body, { status: 200 });
    }) as typeof fetch,
  };

  async say(text: string): Promise<void> {
    this.stream.enqueue(new TextEncoder().encode(text));
    await quiet();
  }

  cut(): void {
    try {
      this.stream.error(new Error('cut'));
    } catch {
      // It has ended already.
    }
  }

  get headers(): Record<string, string>[] {
    return this.requests.map(({ init }) => init.headers as Record<string, string>);
  }
}

/** Streams of the platform take a few turns of the loop. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  await settled();
}

async function start(more: AguiOptions = {}) {
  const edge = new FakeEdge();
  const run = runAgui(['http://edge', 'http://other'], 'agent.chat', kInput, { ...edge.options, ...more });
  const heard: string[] = [];
  run.onMessage(({ type }) => heard.push(type));
  await quiet();
  return { edge, run, heard };
}

describe('a run of AG-UI', () => {
  it('is followed to its end', async () => {
    const { edge, run, heard } = await start({ token: () => 'secret' });
    expect(edge.requests[0]).toMatchObject({ url: 'http://edge/agui/agent.chat', init: { method: 'POST', body: JSON.stringify(kInput) } });
    expect(edge.headers[0]).toEqual({ 'content-type': 'application/json', authorization: 'Bearer secret' });
    await edge.say(event('e:1:0', 'RUN_STARTED') + ': still here\n\n');
    expect([run.state.kind, heard]).toEqual(['connected', ['RUN_STARTED']]);
    await edge.say(event('e:2:0', 'RUN_FINISHED', { outcome: { type: 'success' } }));
    expect([run.state.kind, (await run.done)?.type, edge.clock.pending]).toEqual(['closed', 'RUN_FINISHED', 0]);
  });

  it('goes on behind the last event where its stream is lost', async () => {
    const { edge, run, heard } = await start();
    await edge.say(event('e:1:0', 'RUN_STARTED') + event('e:2:0', 'TEXT_MESSAGE_START'));
    edge.cut();
    await quiet();
    expect(run.state).toMatchObject({ kind: 'reconnecting', attempt: 1, retry_at_ms: edge.clock.now() + 125 });
    await edge.clock.advance(125);
    await quiet();
    expect(edge.requests[1]!.url).toBe('http://other/agui/agent.chat');
    expect(edge.headers[1]).toMatchObject({ 'last-event-id': 'e:2:0' });
    await edge.say(event('e:2:1', 'TEXT_MESSAGE_CONTENT'));
    expect([run.state.kind, heard]).toEqual(['connected', ['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT']]);
  });

  it('takes silence for a loss', async () => {
    const { edge, run } = await start();
    await edge.say(event('e:1:0', 'RUN_STARTED'));
    await edge.clock.advance(44_000);
    await edge.say(': still here\n\n');
    await edge.clock.advance(44_000);
    expect(run.state.kind).toBe('connected');
    await edge.clock.advance(1_000);
    await quiet();
    expect(run.state.kind).toBe('reconnecting');
  });

  it('fails where it is refused, and waits where there is no room', async () => {
    const { edge, run } = await start();
    edge.refusals.push(new Response(JSON.stringify({ detail: 'no broker' }), { status: 503 }));
    edge.refusals.push(new Response(JSON.stringify({ detail: 'is required' }), { status: 400 }));
    edge.cut();
    await quiet();
    run.retry();
    await quiet();
    expect(run.state).toMatchObject({ kind: 'reconnecting', attempt: 2, reason: 'no broker' });
    run.retry();
    await quiet();
    expect(run.state).toEqual({ kind: 'failed', why: 'refused', reason: 'is required', code: 400 });
    expect(edge.clock.pending).toBe(0);
    run.retry();
    await quiet();
    expect(run.state.kind).toBe('connected');
  });

  it('that is closed is not followed any more', async () => {
    const { edge, run, heard } = await start();
    await edge.say(event('e:1:0', 'RUN_STARTED'));
    run.close();
    await quiet();
    await edge.clock.advance(60_000);
    expect([await run.done, run.state.kind, heard.length, edge.requests.length, edge.clock.pending]).toEqual([null, 'closed', 1, 1, 0]);
  });
});
