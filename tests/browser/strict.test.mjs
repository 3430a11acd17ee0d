// The page as React's StrictMode has it in development: each effect begins, ends and begins again. Nothing may be heard
// twice for that, no socket or subscription may be left behind, and React has nothing to complain of.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const kConsole = new URL('../../edge/console/', import.meta.url);
const kTestMs = { timeout: 120_000 };

const folder = await mkdtemp(join(tmpdir(), 'longwire-strict-'));
after(() => rm(folder, { recursive: true, force: true }));
process.env.NODE_ENV = 'development'; // what makes React's development build
const { build } = await import(new URL('node_modules/vite/dist/node/index.js', kConsole).href);
await build({
  root: fileURLToPath(kConsole),
  mode: 'development',
  logLevel: 'error',
  build: { outDir: folder, emptyOutDir: true, minify: false },
});
process.env.LONGWIRE_CONSOLE = folder;

// All that the page's own tests do holds here, too; they open a cluster with this page.
await import('./console.test.mjs');
const { useClusterAndBrowser } = await import('./cluster.mjs');
const { connectionsOf, eventsDueAt, eventsOf, start, stateOf } = await import('./edge.mjs');
const { eventually } = await import('../support/cluster.mjs');
const { countedLines, oneTo, openPage, rowCount, rowsAtLeast, taskState } = await import('./page.mjs');

const shared = useClusterAndBrowser();

/** Collects what the page subscribes to: `topic or filter → how often it is subscribed to now, and was in all`. */
function watchSubscriptions(page) {
  const seen = new Map();
  page.on('websocket', (socket) => {
    if (!new URL(socket.url()).pathname.endsWith('/v1/ws')) return;
    socket.on('framesent', ({ payload }) => {
      for (const { cmd, topic, filter } of String(payload).split('\n').map((line) => JSON.parse(line))) {
        const one = seen.get(topic ?? filter) ?? { now: 0, in_all: 0 };
        if (cmd === 'subscribe') seen.set(topic ?? filter, { now: one.now + 1, in_all: one.in_all + 1 });
        if (cmd === 'unsubscribe') seen.set(topic ?? filter, { ...one, now: one.now - 1 });
      }
    });
  });
  return seen;
}

const kSay = { stream: 'Send', tasks: 'Make and follow', sessions: 'Send', tracking: 'Ask for its state', coordination: 'Broadcast as one' };

test('each page leaves nothing behind when it is left, and React has nothing to say', kTestMs, async (t) => {
  if (shared.cluster.kill === undefined) return t.skip('needs a cluster of its own');
  const { url } = shared.cluster;
  const team = await start(url, 'agent.team', { requirement: 'A garden on the roof @seconds=1' });
  const page = await openPage(shared.browser, `${url}/#/nowhere`, {}, watchSubscriptions);
  const go = async (hash, there) => {
    await page.evaluate((to) => (window.location.hash = to), hash);
    await page.locator(there).first().waitFor();
  };
  await go('#/', `[data-task="${team}"]`);
  await go(`#/tasks/${team}`, '.lanes');
  await taskState(page, 'COMPLETED');
  await go('#/agents', '.worker');
  await go(`#/sessions/${team}`, '.session-head');
  await go('#/cluster', '.chart canvas');
  for (const [dialect, button] of Object.entries(kSay)) {
    await go(`#/try/${dialect}`, '#try-text');
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.locator('.said').nth(1).waitFor();
  }
  await go('#/nowhere', '.empty');

  const held = () => [...page.watched].filter(([, { now }]) => now !== 0);
  await eventually(() => held().length === 0, 'the end of all subscriptions');
  assert.ok(page.watched.get(`task/${team}`).in_all > 1, 'effects run once: this is no strict mode');
  await eventually(() => page.sockets.size === 1, 'one socket');
  await eventually(async () => (await connectionsOf(url)) === 1, 'one connection');
  assert.deepEqual(page.problems, []);

  // The edge agrees: whatever happens now is due to nobody.
  const due = await eventsDueAt(url);
  const counted = await start(url, 'demo.count', { n: 50 });
  await eventually(async () => (await stateOf(url, counted)) === 'COMPLETED', 'the end of the task');
  assert.equal(await eventsDueAt(url), due);
});

test('what a task has done is shown once', kTestMs, async () => {
  const { url } = shared.cluster;
  const task = await start(url, 'demo.count', { n: 50, interval_ms: 20 });
  await eventually(async () => (await stateOf(url, task)) === 'COMPLETED', 'the end of the task');
  const page = await openPage(shared.browser, `${url}/#/nowhere`);
  await page.evaluate((to) => (window.location.hash = to), `#/tasks/${task}?tab=events`);
  await taskState(page, 'COMPLETED');
  const { length } = await eventsOf(url, `task/${task}`);
  await rowsAtLeast(page, length);
  assert.equal(await rowCount(page), length);
  assert.deepEqual(await countedLines(page), oneTo(50));
  assert.deepEqual(page.problems, []);
});
