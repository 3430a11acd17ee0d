// The page without a mouse and without eyes: where the focus goes, what can be reached, and what is said aloud.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/cluster.mjs';
import { useClusterAndBrowser } from './cluster.mjs';
import { cancel, start, stateOf } from './edge.mjs';
import { openPage, taskState } from './page.mjs';
import { Relay } from './relay.mjs';

const kTestMs = { timeout: 120_000 };
const kTabsMax = 400;
const tasks = {};

const shared = useClusterAndBrowser(async ({ url }) => {
  tasks.team = await start(url, 'agent.team', { requirement: 'What would a garden on our roof cost? @seconds=1' });
  tasks.failed = await start(url, 'demo.fail', { after_ms: 20, times: 9 });
  tasks.running = await start(url, 'demo.sleep', { ms: 600_000 });
  for (const name of ['team', 'failed']) {
    await eventually(async () => ['COMPLETED', 'FAILED'].includes(await stateOf(url, tasks[name])), name);
  }
});

const open = (hash, options) => openPage(shared.browser, `${shared.cluster.url}/${hash}`, options);
const focusOn = (page, selector) => page.locator(`${selector}:focus`).waitFor();

/** Goes on by Tab until the focus is on it. */
async function tabTo(page, locator) {
  await locator.waitFor();
  for (let i = 0; i < kTabsMax; i++) {
    if (await locator.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${locator}`);
}

const button = (page, name) => page.getByRole('button', { name, exact: true }).first();

test('the form takes the focus, and gives it back', kTestMs, async () => {
  const page = await open('#/');
  const starts = button(page, 'Start a task');
  for (const leave of [() => page.keyboard.press('Escape'), () => button(page, 'Close').press('Enter')]) {
    await starts.press('Enter');
    await focusOn(page, '#kind');
    await leave();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    assert.ok(await starts.evaluate((element) => element === document.activeElement), 'the focus is elsewhere');
  }
  assert.deepEqual(page.problems, []);
});

test('another page begins at its beginning', kTestMs, async () => {
  const page = await open('#/');
  for (const name of ['Agents', 'Sessions', 'Cluster', 'Try it', 'Tasks']) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).press('Enter');
    await focusOn(page, 'main');
    await page.getByRole('heading', { level: 1 }).waitFor();
  }
  await page.getByRole('link', { name: tasks.team }).press('Enter');
  await focusOn(page, 'main');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'All tasks');
  assert.deepEqual(page.problems, []);
});

test('what is opened by keyboard gives the focus back when it is closed', kTestMs, async () => {
  const page = await open(`#/tasks/${tasks.team}?tab=events`);
  const list = page.locator('.viewer-rows');
  await tabTo(page, list);
  await page.keyboard.press('Enter');
  const last = Number(await page.locator('.line-chosen').getAttribute('data-offset'));
  await page.keyboard.press('ArrowUp');
  await page.locator(`.line-chosen[data-offset="${last - 1}"]`).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.inspector').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await tabTo(page, button(page, 'Close the row'));
  await page.keyboard.press('Enter');
  await focusOn(page, '.viewer-rows');

  await tabTo(page, page.getByRole('tab', { name: 'Events' }));
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await focusOn(page, '#tab-overview');
  const bar = page.locator('.lane .bar').first();
  await tabTo(page, bar);
  await page.keyboard.press('ArrowDown');
  const chosen = await page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  await page.keyboard.press('Enter');
  await tabTo(page, button(page, 'Close the details'));
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), chosen);
  assert.deepEqual(page.problems, []);
});

test('whoever answers a task by keyboard keeps the focus, and has it in the page when the task ends', kTestMs, async () => {
  const task = await start(shared.cluster.url, 'demo.echo', {});
  const page = await open(`#/tasks/${task}`);
  await tabTo(page, page.locator('#task-input'));
  await page.keyboard.type('hello');
  await tabTo(page, button(page, 'Send'));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#task-input').value === '');
  await focusOn(page, '#task-input');
  await page.keyboard.type('{"end": true}');
  await page.keyboard.press('Enter');
  await taskState(page, 'COMPLETED');
  await focusOn(page, 'main');
  assert.deepEqual(page.problems, []);
});

test('the connection and a task’s end are said aloud', kTestMs, async () => {
  const relay = await Relay.open(shared.cluster.url);
  try {
    const task = await start(shared.cluster.url, 'demo.sleep', { ms: 600_000 });
    const page = await openPage(shared.browser, `${relay.url}/#/tasks/${task}`);
    await taskState(page, 'RUNNING');
    // Only what changes within a region that is there already is read out; and nothing of what ticks.
    await page.evaluate(() => {
      window.aloud = [];
      for (const region of document.querySelectorAll('[role="status"]')) {
        new MutationObserver(() => window.aloud.push(region.textContent)).observe(region, { subtree: true, childList: true, characterData: true });
      }
    });
    relay.cut();
    await page.waitForFunction(() => window.aloud.some((words) => /^Reconnecting \(attempt \d+\)$/.test(words)));
    relay.mend();
    await page.waitForFunction(() => window.aloud.at(-1) === 'Connected');
    await cancel(shared.cluster.url, task);
    await page.waitForFunction(() => window.aloud.at(-1) === 'CANCELLED');
    assert.ok(!(await page.evaluate(() => window.aloud)).some((words) => /\d s/.test(words)), 'a countdown is read out');
  } finally {
    await relay.close();
  }
});

const kPages = {
  Tasks: () => ['#/', '[data-task]'],
  'a Task': () => [`#/tasks/${tasks.team}`, '.lanes .bar'],
  'a failed Task': () => [`#/tasks/${tasks.failed}?tab=log`, '.log-line'],
  'a running Task': () => [`#/tasks/${tasks.running}`, '#task-input'],
  Agents: () => ['#/agents', '.worker'],
  Sessions: () => [`#/sessions/${tasks.team}`, '.session-head'],
  Cluster: () => ['#/cluster', '.chart canvas'],
  ...Object.fromEntries(['stream', 'tasks', 'sessions', 'tracking', 'coordination'].map((id) => [`Try ${id}`, () => [`#/try/${id}`, '#try-text']])),
};

/** In the page: `isNew()` says whether the focus is where it has not been yet, and `unseen` has what looked the same with
 *  the focus as without it. */
function watchFocus() {
  const looks = (element) =>
    [element, element.parentElement]
      .flatMap((one) => [getComputedStyle(one), getComputedStyle(one, '::after')])
      .map((style) => [style.outline, style.boxShadow, style.borderColor, style.backgroundColor].join())
      .join();
  let last = null;
  window.unseen = [];
  window.isNew = () => {
    const element = document.activeElement;
    if (last !== null && last.looked === looks(last.element)) window.unseen.push(last.element.outerHTML.slice(0, 120));
    last = null;
    if (element === document.body) return true; // beyond the page's end, before its beginning
    if (element.dataset.reached !== undefined) return false;
    element.dataset.reached = '';
    last = { element, looked: looks(element) };
    return true;
  };
}

for (const [name, where] of Object.entries(kPages)) {
  test(`all of it can be reached by Tab, seen to have the focus, and left: ${name}`, kTestMs, async () => {
    const [hash, there] = where();
    const page = await open(hash);
    await page.locator(there).first().waitFor();
    await page.evaluate(() => document.getElementById('main').focus());
    await page.evaluate(watchFocus);
    let steps = 0;
    do {
      await page.keyboard.press('Tab');
    } while (await page.evaluate(() => window.isNew()) && ++steps < kTabsMax);
    const unseen = await page.evaluate(() => window.unseen);
    assert.ok(steps < kTabsMax, 'Tab comes to no end');
    const missed = await page.evaluate(() =>
      [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
        .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility() && one.dataset.reached === undefined)
        .map((one) => one.outerHTML.slice(0, 120)),
    );
    assert.deepEqual({ missed, unseen }, { missed: [], unseen: [] });
  });
}
