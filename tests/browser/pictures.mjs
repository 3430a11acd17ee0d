// Takes the pictures of the page for docs/images, from a cluster of its own: `node pictures.mjs [FOLDER]`.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser, openCluster } from './cluster.mjs';
import { startTask, taskState } from './page.mjs';

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/images/', import.meta.url));
const kDesktop = { width: 1280, height: 800 };
const kPhone = { width: 390, height: 844 };
const kChartsMs = 14_000;

await mkdir(folder, { recursive: true });
const cluster = await openCluster();
const browser = await openBrowser();

async function open(hash, { viewport = kDesktop, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  await page.goto(`${cluster.url}/${hash}`);
  await page.locator('.top [data-connection="connected"]').waitFor();
  return page;
}

async function take(page, name) {
  await page.screenshot({ path: join(folder, `console-${name}.png`) });
  await page.context().close();
}

/** Tasks for the list: of each kind and state. */
async function fill(page) {
  const started = [];
  const start = async (kind, input) => {
    started.push(await startTask(page, kind, input));
    await page.goto(`${cluster.url}/#/`);
  };
  await start('exec', { argv: ['seq', '1', '3000'] });
  await start('demo.fail', { after_ms: 50, times: 9 });
  await start('demo.fail', { after_ms: 50, times: 1 });
  await start('demo.sleep', { ms: 600_000 });
  await start('nobody.serves', {});
  await start('agent.chat', { message: 'Good morning @ask @seconds=2' });
  await start('agent.team', { requirement: 'What would a garden on our roof cost? @seconds=6' });
  await start('demo.team', { requirement: 'Compare three event buses', steps: 60, step_ms: 900 });
  await start('demo.count', { n: 4_000, interval_ms: 30 });
  return started;
}

try {
  const first = await open('#/');
  const [, , retried, , , , team, live, counted] = await fill(first);
  await first.goto(`${cluster.url}/#/tasks/${team}`);
  await taskState(first, 'COMPLETED');
  await first.getByRole('button', { name: /^Tool calculator/ }).first().click();
  await take(first, 'task');

  for (const [suffix, look] of [['', {}], ['-dark', { colorScheme: 'dark' }], ['-phone', { viewport: kPhone }]]) {
    const list = await open('#/', look);
    await list.locator('[data-task]').first().waitFor();
    await take(list, `tasks${suffix}`);
    const task = await open(`#/tasks/${live}`, look);
    await task.getByRole('group', { name: 'Writer', exact: true }).waitFor();
    if (suffix !== '') await take(task, `task${suffix}`);
    else await task.context().close();
  }

  const replay = await open(`#/tasks/${team}?at=40`, { colorScheme: 'dark' });
  await taskState(replay, 'RUNNING');
  await take(replay, 'replay');
  const attempts = await open(`#/tasks/${retried}`);
  await taskState(attempts, 'COMPLETED');
  await take(attempts, 'attempts');
  const log = await open(`#/tasks/${counted}`);
  await log.locator('.log-line').nth(20).waitFor();
  await take(log, 'log');

  const parts_starter = await open('#/');
  await startTask(parts_starter, 'demo.parts', { parts: 6, n: 400, interval_ms: 40 });
  await parts_starter.locator('.parts .progress-words', { hasText: '%' }).nth(5).waitFor();
  await take(parts_starter, 'parts');

  const agents = await open('#/agents');
  await agents.locator('.agent-row').first().waitFor();
  await take(agents, 'agents');
  const watcher = await open('#/');
  const answered = await startTask(watcher, 'agent.team', { requirement: 'Name a bakery, and say why @seconds=12' });
  const sessions = await open(`#/sessions/${answered}`);
  await sessions.locator('.session-logs .log-line').nth(5).waitFor();
  await take(sessions, 'sessions');
  await watcher.goto(`${cluster.url}/#/`);
  await startTask(watcher, 'demo.count', { n: 100_000, interval_ms: 5 });
  const cluster_page = await open('#/cluster');
  await cluster_page.waitForTimeout(kChartsMs); // a chart needs a past
  await take(cluster_page, 'cluster');
  const tried = await open('#/try/stream');
  await tried.getByRole('button', { name: 'Send' }).click();
  await tried.getByText('result', { exact: true }).first().waitFor();
  await take(tried, 'try');
  const form = await open('#/');
  await form.getByRole('button', { name: 'Start a task' }).first().click();
  await form.getByRole('button', { name: 'demo.team', exact: true }).click();
  await take(form, 'start');
} finally {
  await browser.close();
  await cluster.close();
}
