// Tabs of the page in one browser have one WebSocket, whatever happens to the tab or the edge that it is of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/cluster.mjs';
import { useClusterAndBrowser } from './cluster.mjs';
import { connectionsOf, start } from './edge.mjs';
import { openTab, taskState } from './page.mjs';

const kTestMs = { timeout: 120_000 };
const kTaskTabs = 8;
const shared = useClusterAndBrowser();

const wordsOf = (n) => Array.from({ length: n }, (_, i) => `word-${i + 1}`);
const shownWords = async (page) => (await page.locator('.stream-text').textContent()).trim().split(/\s+/);
const hasWord = (page, n) => page.getByText(`word-${n} `).first().waitFor();
const leadersOf = (tabs) => tabs.filter(({ sockets }) => sockets.size > 0);

/** Opens tabs of one browser that watch a text as it streams, and others. */
async function openTabs(task, others) {
  const context = await shared.browser.newContext();
  const tabs = [];
  for (let i = 0; i < kTaskTabs; i++) tabs.push(await openTab(context, `${shared.cluster.url}/#/tasks/${task}`));
  const more = [];
  for (const hash of others) more.push(await openTab(context, `${shared.cluster.url}/${hash}`));
  return [tabs, more];
}

test('ten tabs have one socket, and lose nothing when the one that has it is closed', kTestMs, async () => {
  const words = wordsOf(900);
  const task = await start(shared.cluster.url, 'demo.tokens', { text: words.join(' '), delay_ms: 20 });
  const [watching, others] = await openTabs(task, ['#/', '#/agents']);
  const all = [...watching, ...others];
  assert.equal(leadersOf(all).length, 1);
  assert.equal(leadersOf(all)[0].sockets.size, 1);
  // HTTP connections of the load go by themselves when they have been idle for a while.
  if (shared.cluster.kill !== undefined) await eventually(async () => (await connectionsOf(shared.cluster.url)) === 1, 'one connection');

  const [leader] = leadersOf(all);
  await leader.locator('.task-head .badge[data-state="running"]').waitFor();
  await leader.close();
  const left = watching.filter((page) => page !== leader);
  await eventually(() => leadersOf([...left, ...others]).length === 1, 'another leader');
  for (const page of left) {
    await taskState(page, 'COMPLETED');
    assert.deepEqual(await shownWords(page), words);
    assert.equal(await page.locator('.banner-warn').count(), 0, 'the page reports a gap');
  }
  await others[0].locator(`[data-task="${task}"] .badge[data-state="completed"]`).waitFor();
  assert.deepEqual([...left, ...others].map(({ sockets }) => sockets.size).sort(), [0, 0, 0, 0, 0, 0, 0, 0, 1]);
  if (shared.cluster.kill !== undefined) await eventually(async () => (await connectionsOf(shared.cluster.url)) === 1, 'one connection');
  assert.deepEqual([...left, ...others].flatMap(({ problems }) => problems), []);
});

test('tabs that share a socket lose nothing when its edge is killed while a text streams', kTestMs, async (t) => {
  if (shared.cluster.kill === undefined) return t.skip('needs a cluster of its own');
  const words = wordsOf(500);
  const task = await start(shared.cluster.url, 'demo.tokens', { text: words.join(' '), delay_ms: 20 });
  const [watching, [list]] = await openTabs(task, ['#/']);
  const tabs = [...watching, list];
  for (const page of watching) await hasWord(page, 20);
  await watching[0].locator('.task-head .badge[data-state="running"]').waitFor();
  await shared.cluster.kill('edge-1');
  for (const page of watching) {
    await taskState(page, 'COMPLETED');
    assert.deepEqual(await shownWords(page), words);
    assert.equal(await page.locator('.banner-warn').count(), 0, 'the page reports a gap');
  }
  await list.locator(`[data-task="${task}"] .badge[data-state="completed"]`).waitFor();
  await eventually(() => leadersOf(tabs).length === 1, 'one leader');
});
