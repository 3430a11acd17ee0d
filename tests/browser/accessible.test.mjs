// What axe-core knows of WCAG's levels A and AA, on every page and open part of one, light and dark, wide and narrow.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { eventually } from '../support/cluster.mjs';
import { useClusterAndBrowser } from './cluster.mjs';
import { start, stateOf } from './edge.mjs';
import { openPage } from './page.mjs';

const kTestMs = { timeout: 180_000 };
const kRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const kWide = { width: 1280, height: 800 };
const kNarrow = { width: 390, height: 844 };
const kLooks = [
  ['light, wide', { colorScheme: 'light', viewport: kWide }],
  ['dark, wide', { colorScheme: 'dark', viewport: kWide }],
  ['light, narrow', { colorScheme: 'light', viewport: kNarrow }],
  ['dark, narrow', { colorScheme: 'dark', viewport: kNarrow }],
];
const kAxe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tasks = {};

const shared = useClusterAndBrowser(async ({ url }) => {
  tasks.team = await start(url, 'agent.team', { requirement: 'What would a garden on our roof cost? @seconds=1' });
  tasks.retried = await start(url, 'demo.fail', { after_ms: 20, times: 1 });
  tasks.failed = await start(url, 'demo.fail', { after_ms: 20, times: 9 });
  tasks.waiting = await start(url, 'agent.chat', { message: 'Good morning @ask @seconds=1' });
  tasks.running = await start(url, 'demo.sleep', { ms: 600_000 });
  for (const name of ['team', 'failed', 'retried']) {
    await eventually(async () => ['COMPLETED', 'FAILED'].includes(await stateOf(url, tasks[name])), name);
  }
});

const click = (role, name) => (page) => page.getByRole(role, { name }).first().click();

/** Where to go, what to wait for there, and what to open. */
const places = () => ({
  'the list': ['#/', `[data-task="${tasks.team}"]`],
  'the list with tasks selected': ['#/?q=demo.sleep', `[data-task="${tasks.running}"]`, (page) => page.getByLabel(`Select ${tasks.running}`).check()],
  'the form': ['#/?state=running', '.page-list', click('button', 'Start a task')],
  'a team’s lanes': [`#/tasks/${tasks.team}`, '.lanes .bar', click('button', /^Tool /)],
  'a team’s log': [`#/tasks/${tasks.team}?tab=log`, '.log-line'],
  'a team’s events, one of them open': [`#/tasks/${tasks.team}?tab=events`, '.event-line', (page) => page.locator('.event-line').first().click()],
  'a replay': [`#/tasks/${tasks.team}?at=20`, '.scrub[data-replay="past"]'],
  'a task that was tried again': [`#/tasks/${tasks.retried}?tab=log`, '.attempts'],
  'a task that has failed': [`#/tasks/${tasks.failed}`, '.task-head[data-state="failed"]'],
  'a task that waits': [`#/tasks/${tasks.waiting}`, '.input-box-waiting'],
  'a task that is none': ['#/tasks/nobody', '.empty'],
  'a page that is none': ['#/nowhere', '.empty'],
  agents: ['#/agents', '.agent-row'],
  sessions: [`#/sessions/${tasks.team}`, '.session-head'],
  'a list without rows': ['#/?q=nothing-is-called-so', '.empty'],
  cluster: ['#/cluster', '.chart canvas'],
  ...Object.fromEntries(
    Object.entries({ stream: 'Send', tasks: 'Make and follow', sessions: 'Send', tracking: 'Ask for its state', coordination: 'Broadcast as one' }).map(
      ([dialect, button]) => [`try ${dialect}`, [`#/try/${dialect}`, '#try-text', async (page) => {
        await click('button', button)(page);
        await page.locator('.said').first().waitFor();
      }]],
    ),
  ),
});

/** On a time line the place and the width of a bar are what it says; what it opens, a row of the events opens as well. */
const isTimeLine = ({ id, nodes }) => id === 'target-size' && nodes.every(({ html }) => html.includes('class="bar"'));

/** What breaks a rule, of what is shown now. */
async function violations(page) {
  const run = (rules) => globalThis.axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
  const { violations: found } = await page.evaluate(run, kRules);
  return found
    .filter((one) => !isTimeLine(one))
    .map(({ id, nodes }) => `${id}: ${nodes.length} × ${nodes[0].html.slice(0, 160)} ${[...nodes[0].any, ...nodes[0].all][0]?.message ?? ''}`);
}

for (const [look, options] of kLooks) {
  test(`no page breaks a rule of WCAG A or AA: ${look}`, kTestMs, async () => {
    const page = await openPage(shared.browser, `${shared.cluster.url}/`, { ...options, reducedMotion: 'reduce' });
    await page.evaluate(kAxe);
    const found = [];
    for (const [name, [hash, there, open]] of Object.entries(places())) {
      await page.evaluate((to) => (window.location.hash = to), hash);
      await page.locator(there).first().waitFor();
      await open?.(page);
      found.push(...(await violations(page)).map((words) => `${name}: ${words}`));
      await page.keyboard.press('Escape');
    }
    assert.deepEqual(found, []);
  });
}

test('a list with more than a page of tasks breaks none either', kTestMs, async () => {
  await Promise.all(Array.from({ length: 220 }, () => start(shared.cluster.url, 'nobody.serves', {})));
  const page = await openPage(shared.browser, `${shared.cluster.url}/#/?state=pending`);
  await page.evaluate(kAxe);
  await page.locator('.table-body').press('End');
  await page.getByRole('button', { name: 'Load older tasks' }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Load older tasks' }).press('Enter');
  await page.locator('[aria-rowcount="220"]').waitFor();
});
