// The form for a kind of somebody else's worker, made of what that says.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCluster } from '../support/cluster.mjs';
import { openBrowser } from './cluster.mjs';
import { openPage, taskState } from './page.mjs';

const kTestMs = { timeout: 120_000 };
const kTree = fileURLToPath(new URL('../..', import.meta.url));
const shared = {};

/** A port that is free together with the next one. */
async function freePorts() {
  for (;;) {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address();
    const second = createServer().listen(port + 1, '127.0.0.1');
    const is_free = await Promise.race([once(second, 'listening').then(() => true), once(second, 'error').then(() => false)]);
    for (const server of [first, second]) await new Promise((resolve) => server.close(resolve));
    if (is_free) return port;
  }
}

async function startWorker(port) {
  const words = ['--broker-events', `tcp://127.0.0.1:${port}`, '--broker-link', `tcp://127.0.0.1:${port + 1}`];
  const script = fileURLToPath(new URL('kind_worker.py', import.meta.url));
  const worker = spawn('/usr/bin/python3', [script, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: `${kTree}/worker/python`, PYTHONDONTWRITEBYTECODE: '1' },
  });
  shared.worker = worker; // to be ended, whatever it says
  const [line] = await once(createInterface({ input: worker.stdout }), 'line');
  assert.match(line, /^ready /);
}

before(async () => {
  const port = await freePorts();
  shared.cluster = await openCluster({ edges: 1, more: ['--worker-port', String(port)] });
  await startWorker(port);
  shared.browser = await openBrowser();
});
after(async () => {
  await shared.browser?.close();
  if (shared.worker?.exitCode === null) {
    shared.worker.kill('SIGTERM');
    await once(shared.worker, 'exit');
  }
  await shared.cluster?.close();
});

const jsonOf = async (page) => JSON.parse(await page.getByLabel('Input (JSON)').inputValue());

test('a kind that its worker describes has fields for its input', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await page.getByRole('button', { name: 'Start a task' }).first().click();
  await page.getByRole('button', { name: 'stranger.greet' }).click();
  await page.getByText('Greet somebody, as often as you like.').waitFor();
  await page.getByText('Only here: more').waitFor();
  assert.deepEqual(await jsonOf(page), { times: 3 });
  assert.equal(await page.getByRole('button', { name: 'longwire.webhook' }).count(), 0);

  await page.getByText('Is required.').waitFor();
  await page.getByLabel('Whom').fill('Ada');
  await page.getByText('A first name will do.').waitFor();
  await page.getByLabel('How often').fill('10');
  await page.getByText('Is to be at most 9.').waitFor();
  await page.getByLabel('How often').fill('2');
  await page.getByLabel('Letter').fill('Dear\nAda');
  await page.getByLabel('Loud').check();
  await page.getByLabel('Tone').selectOption({ label: 'cold' });
  await page.getByLabel('Words').fill('good morning');
  const input = { times: 2, name: 'Ada', letter: 'Dear\nAda', loud: true, tone: 'cold', words: ['good', 'morning'] };
  assert.deepEqual(await jsonOf(page), input);

  await page.getByLabel('Input (JSON)').fill(JSON.stringify({ ...input, more: { deep: 'yes' } }));
  await page.getByRole('button', { name: 'Start task', exact: true }).click();
  await taskState(page, 'COMPLETED');
  const id = decodeURIComponent(page.url().split('#/tasks/')[1]);
  const { result } = await (await fetch(`${shared.cluster.url}/v1/tasks/${id}`)).json();
  assert.deepEqual(result, { ...input, more: { deep: 'yes' } });
  assert.deepEqual(page.problems, []);
});

test('what was written stays when another kind is chosen, and a kind is no longer offered when its worker is gone', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await page.getByRole('button', { name: 'Start a task' }).first().click();
  await page.getByRole('button', { name: 'demo.count' }).click();
  await page.getByLabel('Count to').waitFor();
  assert.deepEqual(await jsonOf(page), { n: 200, interval_ms: 20 });
  await page.getByLabel('Count to').fill('7');
  await page.getByRole('button', { name: 'stranger.greet' }).click();
  assert.deepEqual(await jsonOf(page), { n: 7, interval_ms: 20 });

  shared.worker.kill('SIGTERM');
  await once(shared.worker, 'exit');
  await page.getByRole('button', { name: 'stranger.greet' }).waitFor({ state: 'detached' });
  await page.getByText('No worker serves it now: the task will wait in the queue.').waitFor();
  assert.deepEqual(page.problems, []);
});
