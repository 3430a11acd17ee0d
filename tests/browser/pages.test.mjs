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

test('a link to another moment of the task that is shown is followed, and so is the way back', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'demo.count', { n: 20 });
  await taskState(page, 'COMPLETED');
  const follow = (query) => page.evaluate((hash) => void (window.location.hash = hash), `#/tasks/${task}${query}`);
  await follow('?tab=events&at=7');
  await taskState(page, 'RUNNING');
  assert.equal((await place(page))[0], 7);
  await page.getByRole('tab', { name: 'Events', selected: true }).waitFor();
  await page.goBack();
  await taskState(page, 'COMPLETED');
  await page.getByRole('button', { name: 'Newest', pressed: true }).waitFor();
  assert.deepEqual(page.problems, []);
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

test('the parts of a task are on its page, lead there and back, and are cancelled together', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'demo.parts', { parts: 3, n: 1_000, interval_ms: 50 });
  const parts = page.getByRole('list', { name: 'Parts' }).getByRole('listitem');
  await parts.nth(2).locator('.badge[data-state="running"]').waitFor();
  assert.equal(await parts.count(), 3);
  const part = await parts.first().getAttribute('data-task');
  await page.locator('.task-head .progress-words', { hasText: '%' }).waitFor(); // which no event of its own tells

  await parts.first().getByRole('link').click();
  await page.locator('.task-id', { hasText: part }).waitFor();
  await page.locator('.task-head').getByRole('link', { name: task }).click();
  await page.locator('.task-id', { hasText: task }).waitFor();

  await page.getByRole('link', { name: 'In the list' }).click();
  await page.getByText(`Only the parts of ${task}`).waitFor();
  await page.locator(`[data-task="${part}"]`).waitFor();
  assert.equal(await page.locator('.table-body [data-task]').count(), 3);
  await page.goBack();

  await page.getByRole('button', { name: 'Cancel 3 parts' }).click();
  await page.getByRole('button', { name: 'Really cancel 3 parts' }).click();
  await page.getByText('All have ended').waitFor();
  for (let i = 0; i < 3; i++) await parts.nth(i).locator('.badge[data-state="cancelled"]').waitFor();
  await taskState(page, 'FAILED'); // it cannot do without them

  // At its beginning it had none.
  await hand(page).press('Home');
  await page.getByRole('list', { name: 'Parts' }).waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
});

test('back and forward lead through the filters that were typed', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'demo.count', { n: 3 });
  await page.goto(`${shared.cluster.url}/#/`);
  const field = page.getByRole('searchbox');
  const isFiltered = async (words) => {
    await page.waitForURL((url) => (new URLSearchParams(url.hash.split('?')[1]).get('q') ?? '') === words);
    await page.waitForFunction((text) => document.querySelector('input[type="search"]').value === text, words);
  };
  for (const words of ['count', task]) {
    await field.fill(words);
    await isFiltered(words);
  }
  await page.getByRole('link', { name: 'Completed' }).click();
  await page.locator(`[data-task="${task}"]`).getByRole('link').click();
  await taskState(page, 'COMPLETED');
  await page.goBack();
  await page.locator('.segment[aria-current="true"]', { hasText: 'Completed' }).waitFor();
  await isFiltered(task);
  await page.goBack();
  await page.locator('.segment[aria-current="true"]', { hasText: 'All' }).waitFor();
  await isFiltered(task);
  await page.goBack();
  await isFiltered('count');
  await page.goBack();
  await isFiltered('');
  await page.goForward();
  await isFiltered('count');
  assert.deepEqual(page.problems, []);
});

test('a task with more agents and texts than the page keeps is shown as far as it goes, and the page says so', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/`);
  const task = await startTask(page, 'demo.sleep', { ms: 600_000 });
  await taskState(page, 'RUNNING');
  // What no shipped worker does is said to the page in the edge's place.
  let edge;
  await page.routeWebSocket(/\/v1\/ws/, (socket) => {
    edge = socket;
    socket.connectToServer();
  });
  await page.reload();
  await taskState(page, 'RUNNING');
  const [, known] = await place(page);
  for (let i = 0; i < 300; i++) {
    const data = { agent: `Agent ${i}`, stream: `text ${i}`, index: 0, text: `This is text ${i}.` };
    const event = { topic: `task/${task}`, offset: known + 1 + i, type: 'text.delta', time_us: Date.now() * 1_000, data, task, attempt: 1 };
    edge.send(JSON.stringify(event));
  }
  await page.getByRole('group', { name: 'Text', exact: true }).getByText('This is text 299.').waitFor();
  await page.waitForFunction(() => {
    const { scrollTop, clientHeight, scrollHeight } = document.querySelector('.following');
    return scrollTop + clientHeight >= scrollHeight - 2; // it has followed
  });
  await page.getByText('The oldest 100 texts are not shown here').waitFor();
  await page.getByText('Agents after the first 100 share the last lane').waitFor();
  assert.equal(await page.locator('.lane').count(), 101);
  await showTab(page, 'Events');
  assert.equal(await rowCount(page), known + 300);
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
  ['agui', 'Run', 'RUN_FINISHED'],
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
    if (!['agui', 'tasks'].includes(dialect)) await pane.locator('[data-connection="connected"]').waitFor();
    if (dialect === 'tracking') await pane.getByText('active_sessions', { exact: true }).first().waitFor();
    await pane.getByRole('button', { name: button }).click();
    await pane.getByText(answer, { exact: true }).first().waitFor();
    assert.deepEqual(page.problems, []);
  });
}

test('a run of AG-UI that asks is answered by another', kTestMs, async () => {
  const page = await openPage(shared.browser, `${shared.cluster.url}/#/try/agui`);
  const pane = page.locator('.try');
  await pane.getByRole('button', { name: 'Answer a question' }).click();
  await pane.getByRole('alert').filter({ hasText: 'No run has asked anything' }).waitFor();
  await pane.getByLabel('Message').fill('Good morning @ask @seconds=1');
  await pane.getByRole('button', { name: 'Run' }).click();
  await pane.getByText(/"type":"interrupt"/).waitFor();
  await pane.getByRole('button', { name: 'Answer a question' }).click();
  await pane.getByText(/"type":"success"/).waitFor();
  // The pieces of what it says are one line.
  await pane.getByRole('listitem').filter({ hasText: 'TEXT_MESSAGE_CONTENT' }).filter({ hasText: 'pieces' }).first().waitFor();
  assert.deepEqual(page.problems, []);
});

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
