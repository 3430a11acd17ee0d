// The pages beside the log of a task: replay and links to a moment, many tasks at once, agents, sessions, products.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useClusterAndBrowser } from './cluster.mjs';
import { openPage, rowCount, rowsAtLeast, showTab, startTask, taskState } from './page.mjs';

const kTestMs = { timeout: 120_000 };
const kTeam = { requirement: 'Compare three event buses', steps: 6, step_ms: 200 };
const shared = useClusterAndBrowser();

const hand = (page) => page.getByRole('slider', { name: 'Moment of the task' });

/** Which event of how many the hand is at. */
const place = async (page) => /event (\d+) of (\d+)/.exec(await hand(page).getAttribute('aria-valuetext')).slice(1).map(Number);

test('a task is shown as it was at an earlier event, and a link leads another reader there', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'demo.team', kTeam);
  await taskState(page, 'COMPLETED');
  await hand(page).press('ArrowLeft');
  await taskState(page, 'RUNNING');
  const [at, all] = await place(page);
  assert.equal(at, all - 1);
  for (let i = 0; i < 4; i++) await hand(page).press('Shift+ArrowLeft');
  assert.deepEqual(await place(page), [all - 41, all]);
  await page.waitForURL(new RegExp(`at=${all - 41}$`));
  assert.equal(await page.getByRole('heading', { name: 'Result' }).count(), 0);

  const other = await openPage(shared.browser, page.url());
  await taskState(other, 'RUNNING');
  assert.deepEqual(await place(other), [all - 41, all]);
  await showTab(other, 'Events');
  assert.equal(await rowCount(other), all - 41);
  await other.getByRole('button', { name: 'Newest' }).click();
  await taskState(other, 'COMPLETED');
  await other.waitForURL((url) => !url.href.includes('at='));
  assert.equal(await rowCount(other), all);
  assert.ok(other.url().includes(task));
  for (const one of [page, other]) assert.deepEqual(one.problems, []);
});

test('a task is played again to its end, and agents have their lanes', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await startTask(page, 'demo.team', kTeam);
  await taskState(page, 'COMPLETED');
  for (const name of ['Planner', 'Researcher', 'Writer']) await page.getByRole('group', { name, exact: true }).waitFor();
  await page.getByLabel('Speed').selectOption('2');
  await page.getByRole('button', { name: 'Play again' }).click();
  await taskState(page, 'RUNNING');
  await taskState(page, 'COMPLETED');
  await page.getByRole('button', { name: 'Play again' }).waitFor();
  const tool = page.getByRole('button', { name: /^Tool outline/ }).first();
  await tool.click();
  await page.getByLabel('Arguments').waitFor();
  assert.deepEqual(page.problems, []);
});

test('what an attempt has put out is marked when the next one begins anew', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await startTask(page, 'demo.fail', { after_ms: 50, times: 1 });
  await taskState(page, 'COMPLETED');
  const attempts = page.locator('.attempts > li');
  assert.match(await attempts.first().textContent(), /attempt 1.*broke off.*rolled back/);
  assert.match(await attempts.last().textContent(), /attempt 2.*completed$/);
  assert.deepEqual(page.problems, []);
});

test('many tasks are selected and cancelled at once, and the filter is in the address', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const tasks = [];
  for (let i = 0; i < 3; i++) {
    tasks.push(await startTask(page, 'demo.sleep', { ms: 600_000 }));
    await page.locator('.task-head').getByRole('link', { name: 'All tasks' }).click();
  }
  await page.getByRole('searchbox').fill('demo.sleep');
  await page.waitForURL(/q=demo\.sleep/);
  for (const task of tasks) await page.locator(`[data-task="${task}"] .badge[data-state="running"]`).waitFor();
  await page.getByLabel('Select all that have not ended').check();
  await page.getByText('3 tasks selected').waitFor();
  await page.getByRole('button', { name: 'Cancel tasks' }).click();
  await page.getByRole('button', { name: 'Really cancel 3 tasks' }).click();
  for (const task of tasks) await page.locator(`[data-task="${task}"] .badge[data-state="cancelled"]`).waitFor();
  await page.getByRole('region', { name: 'Selected tasks' }).waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
});

test('a question of a task is answered from its page', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  await startTask(page, 'agent.chat', { message: 'hello @ask @seconds=1' });
  await page.locator('.task-head .badge[data-state="waiting"]').waitFor();
  await page.locator('#task-input').fill('yes, go on');
  await page.getByRole('button', { name: 'Send' }).click();
  await taskState(page, 'COMPLETED');
  await page.getByRole('listitem').filter({ hasText: 'yes, go on' }).first().waitFor();
  assert.deepEqual(page.problems, []);
});

const kConversations = [
  ['stream', 'Send', 'result'],
  ['tasks', 'Make and follow', 'state'],
  ['sessions', 'Send', 'agent_complete'],
  ['tracking', 'Ask for its state', 'session_state'],
  ['coordination', 'Broadcast as one', 'ack'],
];

for (const [dialect, button, answer] of kConversations) {
  test(`the conversation of ${dialect} is tried`, kTestMs, async () => {
    const page = await openPage(shared.browser, `${shared.cluster.url}/`);
    await startTask(page, 'demo.echo', {}); // for a dashboard to see
    await page.goto(`${shared.cluster.url}/#/try/${dialect}`);
    const pane = page.locator('.try');
    if (dialect !== 'tasks') await pane.locator('[data-connection="connected"]').waitFor();
    if (dialect === 'tracking') await pane.getByText('active_sessions', { exact: true }).first().waitFor();
    await pane.getByRole('button', { name: button }).click();
    await pane.getByText(answer, { exact: true }).first().waitFor();
    assert.deepEqual(page.problems, []);
  });
}

test('each place of the top bar shows something and reports nothing', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'agent.team', { requirement: 'A garden on the roof @seconds=5' });
  const go = (name) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
  await go('Agents');
  await page.getByRole('listitem').filter({ hasText: 'agent-1' }).waitFor();
  await page.locator('.agent-row').filter({ hasText: task }).first().waitFor();
  await go('Sessions');
  await page.getByRole('link', { name: /A garden on the roof/ }).click();
  await page.getByRole('heading', { name: /A garden on the roof/ }).waitFor();
  await go('Cluster');
  await page.getByText('New work').waitFor();
  assert.equal(await page.locator('.standing [data-well="false"]').count(), 0);
  await page.locator('.chart canvas').first().waitFor();
  await go('Tasks');
  await page.locator(`[data-task="${task}"]`).waitFor();
  await page.getByRole('button', { name: /^Colours/ }).click();
  await page.getByRole('button', { name: /^Colours: light/ }).waitFor();
  assert.deepEqual(page.problems, []);
});

test('an edge that is killed while a text streams loses nothing of it', kTestMs, async (t) => {
  if (shared.cluster.kill === undefined) return t.skip('needs a cluster of its own');
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const words = Array.from({ length: 400 }, (_, i) => `word-${i + 1}`);
  await startTask(page, 'demo.tokens', { text: words.join(' '), delay_ms: 20 });
  await page.getByText('word-30', { exact: false }).first().waitFor();
  await shared.cluster.kill('edge-1');
  await taskState(page, 'COMPLETED');
  assert.deepEqual((await page.locator('.stream-text').textContent()).trim().split(/\s+/), words);
  await showTab(page, 'Events');
  await rowsAtLeast(page, 5);
  assert.equal(await page.locator('.banner-warn').count(), 0, 'the page reports a gap');
});
