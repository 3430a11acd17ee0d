// What AG-UI's own client lacks: a fetch that goes on with a run where a lost connection has left it.
import assert from 'node:assert/strict';
import { EventSchemas } from '@ag-ui/core/schemas';

/** Reads Server-Sent Events as the standard has them, and gives `{id, event}` of each that has data. */
export async function* sseEvents(body) {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n');
      text = text.slice(end + 2);
      const field = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((l) => l.slice(name.length + 2));
      const data = field('data').join('\n');
      if (data !== '') yield { id: field('id')[0], event: JSON.parse(data) };
    }
  }
}

/** Sees to it that an event is one of AG-UI's, without a word that AG-UI does not know. */
export function checkEvent(event) {
  const parsed = EventSchemas.parse(event);
  const option = EventSchemas.options.find((one) => one.shape.type.def.values.includes(event.type));
  for (const name of Object.keys(event)) assert.ok(name in option.shape, `${event.type} has no ${name}`);
  return parsed;
}

/** The whole of a stream, every event of it checked. `onEvent` is told of each. */
export async function readRun(response, onEvent = () => {}) {
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()));
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const read = [];
  for await (const one of sseEvents(response.body)) {
    checkEvent(one.event);
    assert.ok(one.id, `${one.event.type} has no id`);
    read.push(one);
    await onEvent(one, read);
  }
  return read;
}

/**
 * A fetch for HttpAgent: where the connection is lost it goes on at the next of `urls` with Last-Event-ID, and the
 * agent never hears of it. `seen` gathers what came.
 */
export function resumingFetch(urls, seen) {
  return async (_url, init) => {
    const { runId } = JSON.parse(init.body);
    const first = await fetch(_url, init);
    if (!first.ok) return first;
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      async start(controller) {
        let response = first;
        for (let attempt = 0; ; ++attempt) {
          try {
            for await (const one of sseEvents(response.body)) {
              checkEvent(one.event);
              seen.push(one);
              controller.enqueue(encoder.encode(`id: ${one.id}\ndata: ${JSON.stringify(one.event)}\n\n`));
            }
          } catch {
            // The connection broke: what came is in `seen`.
          }
          if (['RUN_FINISHED', 'RUN_ERROR'].includes(seen.at(-1)?.event.type)) return controller.close();
          response = await again(urls, runId, seen.at(-1)?.id, attempt);
        }
      },
    });
    return new Response(body, { status: 200, headers: first.headers });
  };
}

async function again(urls, runId, lastEventId, attempt) {
  for (let next = attempt + 1; ; ++next) {
    try {
      const headers = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      return await fetch(`${urls[next % urls.length]}/agui/runs/${runId}`, { headers });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
