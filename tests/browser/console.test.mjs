import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useClusterAndBrowser } from './cluster.mjs';
import { Relay } from './relay.mjs';
import {
  allRows,
  connection,
  countedLines,
  oneTo,
  openPage,
  rowCount,
  rowsAtLeast,
  showTab,
  startTask,
  taskState,
} from './page.mjs';

const kTestMs = { timeout: 120_000 };
const shared = useClusterAndBrowser();

test('a command started from the page shows each of its lines and its end', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await startTask(page, 'exec', { argv: ['seq', '1', '500'] });
  await taskState(page, 'COMPLETED');
  await page.getByRole('heading', { name: 'Result' }).waitFor();
  await rowsAtLeast(page, 500);
  const lines = (await allRows(page)).filter((row) => row.level === 'info').map((row) => row.text);
  assert.deepEqual(lines, oneTo(500).map(String));
  assert.deepEqual(page.problems, []);
});

test('an input that is no JSON is refused with its place, with the keyboard alone', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await page.getByRole('button', { name: 'Start a task' }).first().press('Enter');
  await page.locator('#kind:focus').waitFor();
  await page.keyboard.type('demo.count');
  await page.getByLabel('Input (JSON)').fill('{\n  "n": 5,\n}');
  await page.getByRole('button', { name: 'Start task', exact: true }).press('Enter');
  await page.getByText('Line 3, column 1: expected a name in double quotes').waitFor();
  await page.locator('#input:focus').waitFor();
  assert.equal(await page.getByRole('dialog').count(), 1);
  await page.getByLabel('Input (JSON)').fill('{"n": 5}');
  await page.getByRole('button', { name: 'Start task', exact: true }).press('Enter');
  await taskState(page, 'COMPLETED');
  assert.deepEqual(page.problems, []);
});

test('two browsers watch one running task live, and each sees every line once', kTestMs, async () => {
  const one = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(one, 'demo.count', { n: 200, interval_ms: 20 });
  const two = await openPage(shared.browser, `${shared.cluster.url}/#/tasks/${encodeURIComponent(task)}`);
  const both = [one, two];
  for (const page of both) {
    await showTab(page, 'Events');
    await rowsAtLeast(page, 5);
  }
  // Both are watching while it runs: neither has only read the end of the story.
  for (const page of both) await page.locator('.task-head .badge[data-state="running"]').waitFor();
  for (const page of both) await taskState(page, 'COMPLETED');
  for (const page of both) {
    assert.deepEqual(await countedLines(page), oneTo(200));
    assert.deepEqual(page.problems, []);
  }
});

test('a running task is cancelled from its page', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'demo.sleep', { ms: 600_000 });
  await taskState(page, 'RUNNING');
  await page.getByRole('button', { name: 'Cancel task' }).click();
  await taskState(page, 'CANCELLED');
  assert.equal(await page.getByRole('button', { name: /Cancel/ }).count(), 0);
  // The list says the same.
  await page.getByRole('link', { name: 'All tasks' }).last().click();
  await page.locator(`[data-task="${task}"] .badge[data-state="cancelled"]`).waitFor();
  assert.deepEqual(page.problems, []);
});

test('a network lost in mid task and found again loses nothing', kTestMs, async () => {
  const relay = await Relay.open(shared.cluster.url);
  try {
    const watcher = await openPage(shared.browser, `${shared.cluster.url}/`);
    const task = await startTask(watcher, 'demo.count', { n: 600, interval_ms: 20 });
    await showTab(watcher, 'Events');
    const page = await openPage(shared.browser, `${relay.url}/#/tasks/${encodeURIComponent(task)}`);
    await showTab(page, 'Events');
    await rowsAtLeast(page, 20);

    // The browser is told that it is offline, and its connections really break: the emulation alone may spare them.
    await page.context().setOffline(true);
    relay.cut();
    await connection(page, 'reconnecting');
    const had = await rowCount(page);
    await rowsAtLeast(watcher, had + 100);
    assert.ok((await rowCount(page)) < had + 100, 'the page went on without a network');
    await watcher.locator('.task-head .badge[data-state="running"]').waitFor();

    relay.mend();
    await page.context().setOffline(false);
    await connection(page, 'connected');
    await taskState(page, 'COMPLETED');
    assert.deepEqual(await countedLines(page), oneTo(600));
    assert.equal(await page.locator('.banner-warn').count(), 0, 'the page reports a gap');
  } finally {
    await relay.close();
  }
});
