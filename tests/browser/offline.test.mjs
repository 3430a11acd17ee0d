// Each page while the network is away, and when it is back: what was shown stays, the connection says in words that it is
// away, and what has happened meanwhile is shown then, once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/cluster.mjs';
import { useClusterAndBrowser } from './cluster.mjs';
import { cancel, eventsOf, newestOf, start, stateOf } from './edge.mjs';
import { allRows, connection, countedLines, oneTo, openPage, rowCount, rowsAtLeast, showTab, taskState } from './page.mjs';
import { Relay } from './relay.mjs';

const kTestMs = { timeout: 120_000 };
const kSay = { stream: 'Send', sessions: 'Send', tasks: 'Make and follow', tracking: 'Ask for its state', coordination: 'Broadcast as one' };
const kTeam = { requirement: 'Compare three event buses', steps: 5, step_ms: 100 };
const shared = useClusterAndBrowser();

const ended = (task) => eventually(async () => !['RUNNING', 'PENDING'].includes(await stateOf(shared.cluster.url, task)), 'the end of the task');
const begin = (kind, input) => start(shared.cluster.url, kind, input);
const once = async (locator) => {
  await locator.waitFor();
  assert.equal(await locator.count(), 1);
};
const row = (page, task) => page.locator(`[data-task="${task}"]`);
const said = async (page, type) => (await allRows(page)).filter(({ said_type }) => said_type === type);
const saidOnce = (page, type) => eventually(async () => (await said(page, type)).length > 0, type);

/** Says something on a page of `try`. */
async function say(page, dialect, words) {
  if (words !== undefined) await page.locator('#try-text').fill(words);
  await page.getByRole('button', { name: kSay[dialect], exact: true }).click();
}

/** `begin` gives where to look, `shown` waits for what stays there; `meanwhile` happens without a network; `back` looks. */
const kPages = {
  Tasks: {
    begin: async () => ({ hash: '#/', task: await begin('demo.sleep', { ms: 600_000 }) }),
    shown: (page, { task }) => once(row(page, task).locator('.badge[data-state="running"]')),
    meanwhile: async (page, world) => {
      await cancel(shared.cluster.url, world.task);
      await ended(world.task);
      world.born = await begin('demo.fail', { after_ms: 1, times: 9 });
      await ended(world.born);
      assert.equal(await row(page, world.born).count(), 0);
    },
    back: async (page, { task, born }) => {
      await once(row(page, task).locator('.badge[data-state="cancelled"]'));
      await once(row(page, born).locator('.badge[data-state="failed"]'));
    },
  },
  'the texts of a Task': {
    begin: async () => {
      const words = Array.from({ length: 300 }, (_, i) => `word-${i + 1}`);
      const task = await begin('demo.tokens', { text: words.join(' '), delay_ms: 10 });
      return { hash: `#/tasks/${task}`, task, words };
    },
    shown: (page) => page.getByText('word-20 ').first().waitFor(),
    meanwhile: async (page, { task, words }) => {
      await ended(task);
      assert.ok(!(await page.locator('.stream-text').textContent()).includes(words.at(-1)));
    },
    back: async (page, { words }) => {
      await taskState(page, 'COMPLETED');
      assert.deepEqual((await page.locator('.stream-text').textContent()).trim().split(/\s+/), words);
    },
  },
  'the events of a Task': {
    begin: async () => {
      const task = await begin('demo.count', { n: 300, interval_ms: 10 });
      return { hash: `#/tasks/${task}?tab=events`, task };
    },
    shown: (page) => rowsAtLeast(page, 20),
    meanwhile: async (page, { task }) => {
      await ended(task);
      assert.ok((await rowCount(page)) < 300);
    },
    back: async (page) => {
      await taskState(page, 'COMPLETED');
      assert.deepEqual(await countedLines(page), oneTo(300));
    },
  },
  'Replay of a task': {
    begin: async () => {
      const task = await begin('demo.count', { n: 300, interval_ms: 10 });
      return { hash: `#/tasks/${task}?tab=events&at=20`, task };
    },
    shown: (page) => page.locator('.scrub [aria-valuetext*="event 20 of"]').waitFor(),
    meanwhile: async (page, { task }) => {
      await ended(task);
      // What is here can be stepped through without a network.
      await page.getByRole('button', { name: 'One event back' }).click();
      await page.locator('.scrub [aria-valuetext*="event 19 of"]').waitFor();
      assert.equal(await rowCount(page), 19);
    },
    back: async (page, { task }) => {
      const { length } = await eventsOf(shared.cluster.url, `task/${task}`);
      await page.locator(`.scrub [aria-valuetext*="event 19 of ${length}"]`).waitFor();
      assert.equal(await rowCount(page), 19);
      await page.getByRole('button', { name: 'Newest' }).click();
      await taskState(page, 'COMPLETED');
      assert.deepEqual(await countedLines(page), oneTo(300));
    },
  },
  Agents: {
    begin: async () => ({ hash: '#/agents', task: await begin('agent.team', { requirement: 'A garden @seconds=60' }) }),
    shown: (page, { task }) => page.locator('.agent-row').filter({ hasText: task }).first().waitFor(),
    meanwhile: async (page, world) => {
      await cancel(shared.cluster.url, world.task);
      await ended(world.task);
      world.born = await begin('demo.team', { ...kTeam, steps: 500 });
      await eventually(async () => (await eventsOf(shared.cluster.url, `task/${world.born}`)).some(({ type }) => type === 'agent.status'), 'an agent');
      assert.equal(await page.locator('.agent-row').filter({ hasText: world.born }).count(), 0);
    },
    back: async (page, { task, born }) => {
      await page.locator('.agent-row').filter({ hasText: born }).first().waitFor();
      await page.locator('.agent-row').filter({ hasText: task }).first().waitFor({ state: 'detached' });
      const names = await page.locator('.agent-row').filter({ hasText: born }).locator('.agent-name').allTextContents();
      assert.deepEqual(names, [...new Set(names)]);
      await cancel(shared.cluster.url, born);
    },
  },
  Sessions: {
    begin: async () => {
      const task = await begin('demo.count', { n: 120, interval_ms: 25 });
      return { hash: `#/sessions/${task}`, task };
    },
    shown: (page) => rowsAtLeast(page, 20),
    meanwhile: async (page, world) => {
      await ended(world.task);
      world.born = await begin('demo.echo', { requirement: 'Born without a network' });
      assert.equal(await page.locator('.session-entry').filter({ hasText: world.born }).count(), 0);
    },
    back: async (page, { task, born }) => {
      await once(page.locator('.session-entry').filter({ hasText: born }));
      await once(page.locator('.session-head .badge[data-state="completed"]'));
      await once(page.locator('.session-entry').filter({ hasText: task }));
      const counts = (texts) => texts.flatMap((text) => /\d+ of 120/.exec(text)?.[0] ?? []);
      const all = counts((await eventsOf(shared.cluster.url, `task/${task}`)).map(({ data }) => data.message));
      let shown = [];
      await eventually(async () => (shown = counts((await allRows(page)).map(({ text }) => text))).at(-1) === all.at(-1), 'the last line');
      assert.deepEqual(shown, all.slice(-shown.length));
      await cancel(shared.cluster.url, born);
    },
  },
  Cluster: {
    begin: async () => ({ hash: '#/cluster' }),
    shown: (page) => page.locator('.chart canvas').first().waitFor(),
    meanwhile: async (page, world) => {
      await ended(await begin('demo.count', { n: 10 }));
      assert.ok((await page.locator('.chart canvas').count()) > 0);
      world.before = await page.locator('.charts').textContent();
    },
    back: async (page, { before }) => {
      await ended(await begin('demo.count', { n: 1_000, interval_ms: 1 }));
      await eventually(async () => (await page.locator('.charts').textContent()) !== before, 'newer figures');
      assert.equal(await page.getByRole('alert').count(), 0);
    },
  },
  'Try stream': {
    begin: async () => ({ hash: '#/try/stream' }),
    shown: async (page) => {
      await say(page, 'stream', 'What is six times seven? @seconds=6');
      await rowsAtLeast(page, 8);
    },
    meanwhile: async (page, world) => {
      world.task = await newestOf(shared.cluster.url, 'agent.chat');
      await ended(world.task);
      assert.equal((await said(page, 'result')).length, 0);
    },
    back: async (page, { task }) => {
      await saidOnce(page, 'result');
      assert.equal(await textOf(page, 'token'), await deltasOf(task));
    },
  },
  'Try tasks': {
    begin: async () => ({ hash: '#/try/tasks' }),
    shown: async (page) => {
      await say(page, 'tasks', 'A logo for a bakery @seconds=8');
      await rowsAtLeast(page, 8);
    },
    meanwhile: async (page, world) => {
      world.task = await newestOf(shared.cluster.url, 'agent.team');
      await ended(world.task);
      assert.ok(!(await said(page, 'event')).some(({ text }) => text.includes('TASK_COMPLETED')));
    },
    back: async (page, { task }) => {
      const last = async () => (await said(page, 'state')).filter(({ text }) => text.includes('"COMPLETED"')).length > 0;
      await eventually(last, 'the final state');
      const ids = (await said(page, 'event')).flatMap(({ text }) => /"event_id":(\d+)/.exec(text)?.slice(1).map(Number) ?? []);
      assert.deepEqual(ids, [...new Set(ids)].sort((a, b) => a - b));
      assert.equal(await textOf(page, 'event'), await deltasOf(task));
    },
  },
  'Try sessions': {
    begin: async () => ({ hash: '#/try/sessions' }),
    shown: async (page) => {
      await say(page, 'sessions', 'Where do I begin? @seconds=6');
      await rowsAtLeast(page, 5);
    },
    meanwhile: async (page, world) => {
      world.task = await newestOf(shared.cluster.url, 'agent.guide');
      const has_said = async () => (await eventsOf(shared.cluster.url, `task/${world.task}`)).some(({ type }) => type === 'text.done');
      await eventually(has_said, 'the guide’s whole text');
      assert.equal((await said(page, 'agent_complete')).length, 0);
    },
    back: async (page, { task }) => {
      await saidOnce(page, 'agent_complete');
      assert.equal(await textOf(page, 'agent_streaming'), await deltasOf(task));
      await cancel(shared.cluster.url, task);
    },
  },
  'Try tracking': {
    begin: async () => ({ hash: '#/try/tracking' }),
    shown: (page) => saidOnce(page, 'active_sessions'),
    meanwhile: async (page, world) => {
      world.born = await begin('demo.echo', { requirement: 'Born without a network' });
      assert.equal((await allRows(page)).filter(({ text }) => text.includes(world.born)).length, 0);
    },
    back: async (page, { born }) => {
      await eventually(async () => (await said(page, 'active_sessions')).some(({ text }) => text.includes(born)), 'the new session');
      await cancel(shared.cluster.url, born);
    },
  },
  'Try coordination': {
    begin: async () => ({ hash: '#/try/coordination' }),
    shown: async (page) => {
      await say(page, 'coordination', 'Before');
      await saidOnce(page, 'ack');
    },
    // What is said without a network goes out when it is back.
    meanwhile: async (page) => {
      await say(page, 'coordination', 'Without a network');
      assert.equal((await said(page, 'ack')).length, 1);
    },
    back: async (page) => {
      await eventually(async () => (await said(page, 'ack')).length === 2, 'the second acknowledgement');
      const heard = (await said(page, 'broadcast')).filter(({ text, ours }) => !ours && text.includes('Without a network'));
      assert.equal(heard.length, 1);
    },
  },
};

/** The text that a conversation on `try` shows, its pieces put together. */
const textOf = async (page, type) => (await said(page, type)).map(({ streamed }) => streamed ?? '').join('');

const deltasOf = async (task) =>
  (await eventsOf(shared.cluster.url, `task/${task}`))
    .filter(({ type }) => type === 'text.delta')
    .map(({ data }) => data.text)
    .join('');

for (const [name, { begin, shown, meanwhile, back }] of Object.entries(kPages)) {
  test(`${name}: stays as it was without a network, and shows what it has missed when it is back`, kTestMs, async () => {
    const relay = await Relay.open(shared.cluster.url);
    try {
      const world = await begin();
      const page = await openPage(shared.browser, `${relay.url}/${world.hash}`);
      await shown(page, world);
      await loseNetwork(page, relay);
      await meanwhile(page, world);
      await findNetwork(page, relay);
      await back(page, world);
      assert.equal(await page.locator('.banner-warn').count(), 0, 'the page reports a gap');
    } finally {
      await relay.close();
    }
  });
}

test('a page whose code has not come yet is told of without a network, and comes when it is back', kTestMs, async () => {
  const relay = await Relay.open(shared.cluster.url);
  try {
    const page = await openPage(shared.browser, `${relay.url}/`);
    await loseNetwork(page, relay);
    for (const name of ['Sessions', 'Cluster', 'Try it']) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
      await page.getByText('This page could not be loaded').waitFor();
    }
    await findNetwork(page, relay);
    await page.getByRole('heading', { name: 'Try it' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Cluster' }).click();
    await page.getByRole('heading', { name: 'Cluster' }).waitFor();
  } finally {
    await relay.close();
  }
});

/** All connections of the page are cut, and each says so in words. */
async function loseNetwork(page, relay) {
  const all = await page.locator('[data-connection]').count();
  // The browser is told that it is offline, and its connections really break: the emulation alone may spare them.
  await page.context().setOffline(true);
  relay.cut();
  await connection(page, 'reconnecting');
  await page.waitForFunction((n) => document.querySelectorAll('[data-connection="reconnecting"]').length === n, all);
  for (const words of await page.locator('[data-connection] [role="status"]').allTextContents()) {
    assert.match(words, /^Reconnecting \(attempt [1-9]\d*\)$/);
  }
}

async function findNetwork(page, relay) {
  relay.mend();
  await page.context().setOffline(false);
  await connection(page, 'connected');
  // A product may close its connection when all is said.
  await page.waitForFunction(() => document.querySelector('[data-connection="reconnecting"], [data-connection="failed"]') === null);
  assert.equal(await page.locator('.top [role="status"]').textContent(), 'Connected');
}
