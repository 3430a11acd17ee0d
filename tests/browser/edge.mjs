// What a program asks of an edge over HTTP, beside the page.
import { get } from 'node:http';

async function post(url, body) {
  const response = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Starts a task and gives its id. */
export const start = async (url, kind, input) => (await post(`${url}/v1/tasks`, { kind, input })).task;

export const cancel = (url, task) => post(`${url}/v1/tasks/${task}/cancel`, {});

/** Cancels whatever runs: a worker that is to end waits for its tasks. */
export async function cancelAll(url) {
  const { tasks } = await (await fetch(`${url}/v1/tasks?state=RUNNING&limit=1000`)).json();
  await Promise.all(tasks.map(({ task }) => cancel(url, task)));
}

export const stateOf = async (url, task) => (await (await fetch(`${url}/v1/tasks/${task}`)).json()).state;

/** Connections that an edge has, this question's own left out: it has one for itself, which leaves none behind. */
export const connectionsOf = async (url) => (await metricOf(url, 'longwire_edge_connections')) - 1;

/** Events that are due to clients who watch, each client counted. */
export const eventsDueAt = (url) => metricOf(url, 'longwire_edge_watched_events_total{outcome="due"}');

function metricOf(url, name) {
  return new Promise((resolve, reject) => {
    get(`${url}/metrics`, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => {
        const line = text.split('\n').find((one) => one.startsWith(`${name} `));
        if (line === undefined) reject(new Error(`${url} has no metric ${name}`));
        else resolve(Number(line.slice(name.length)));
      });
    }).on('error', reject);
  });
}

/** All events of a topic that are kept. */
export async function eventsOf(url, topic) {
  const path = topic.split('/').map(encodeURIComponent).join('%2F');
  const { events } = await (await fetch(`${url}/v1/topics/${path}/events?after=0&limit=1000`)).json();
  return events;
}

/** The newest task of a kind. */
export const newestOf = async (url, kind) => (await (await fetch(`${url}/v1/tasks?kind=${kind}&limit=1`)).json()).tasks[0].task;
