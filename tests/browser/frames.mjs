// How many frames a second the page draws under load: `npm run frames [NAME...]`, against a cluster of the release build.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/cluster.mjs';
import { openBrowser, openCluster } from './cluster.mjs';
import { cancel, start } from './edge.mjs';
import { openPage, rowsAtLeast, taskState } from './page.mjs';

const kRoot = new URL('../../', import.meta.url);
const kMeasuredMs = 20_000;
const kSlowFrameMs = 1_000 / 50;
const kTasks = 5_000;
const kChanging = 200;
process.env.LONGWIRE_BIN ??= fileURLToPath(new URL('build/release/bin', kRoot));

/** In the page: gathers the time between frames, and tasks that held the page up for more than 50 ms. */
function recordFrames() {
  const frames = [];
  const long_tasks = [];
  const observer = new PerformanceObserver((list) => long_tasks.push(...list.getEntries().map(({ duration }) => duration)));
  observer.observe({ entryTypes: ['longtask'] });
  let last = performance.now();
  let request = requestAnimationFrame(function frame(now) {
    frames.push(now - last);
    last = now;
    request = requestAnimationFrame(frame);
  });
  window.endFrames = () => {
    cancelAnimationFrame(request);
    observer.disconnect();
    return { frames: frames.slice(1), long_tasks };
  };
}

/** In the page: scrolls a list up and down, a little with each frame. */
function keepScrolling(selector) {
  const box = document.querySelector(selector);
  let step_px = 40;
  requestAnimationFrame(function scroll() {
    if (window.endFrames === undefined) return;
    const before = box.scrollTop;
    box.scrollTop += step_px;
    if (box.scrollTop === before) step_px = -step_px;
    requestAnimationFrame(scroll);
  });
}

async function measure(page, wait) {
  const profiler = process.env.LONGWIRE_PROFILE ? await page.context().newCDPSession(page) : null;
  await profiler?.send('Profiler.enable');
  await profiler?.send('Profiler.start');
  await page.evaluate(recordFrames);
  await wait();
  const { frames, long_tasks } = await page.evaluate(() => {
    const { endFrames } = window;
    delete window.endFrames;
    return endFrames();
  });
  if (profiler !== null) {
    const { profile } = await profiler.send('Profiler.stop');
    await writeFile(`${process.env.LONGWIRE_PROFILE}-${Date.now()}.cpuprofile`, JSON.stringify(profile));
  }
  return summary(frames, long_tasks);
}

function summary(frames, long_tasks) {
  const sorted = [...frames].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  const all_ms = frames.reduce((sum, ms) => sum + ms, 0);
  // A frame that came within the next screen refresh is no slow one for a little jitter of the clock.
  const slow = frames.filter((ms) => ms > kSlowFrameMs + 1);
  return {
    seconds: (all_ms / 1_000).toFixed(1),
    'frames/s': ((frames.length * 1_000) / all_ms).toFixed(1),
    'median ms': at(0.5).toFixed(1),
    'p95 ms': at(0.95).toFixed(1),
    'worst ms': at(1).toFixed(1),
    'below 50/s': `${((slow.length / frames.length) * 100).toFixed(1)} %`,
    'long tasks': long_tasks.length,
    'longest ms': Math.max(0, ...long_tasks).toFixed(0),
  };
}

const kWorks = {
  /** The screen as it is without any of this: what the machine gives at most. */
  idle: async ({ open }) => {
    const page = await open('#/agents');
    return measure(page, () => page.waitForTimeout(kMeasuredMs / 4));
  },

  text: async ({ open, url }) => {
    const task = await start(url, 'frames.text', { per_s: 2_000, seconds: kMeasuredMs / 1_000 });
    const page = await open(`#/tasks/${task}?tab=overview`);
    await page.locator('.stream-text').first().waitFor();
    return measure(page, () => taskState(page, 'COMPLETED'));
  },

  events: async ({ open, url }) => {
    const task = await start(url, 'demo.count', { n: 10_000 });
    const page = await open(`#/tasks/${task}?tab=events`);
    await rowsAtLeast(page, 10_000);
    return measure(page, async () => {
      await page.evaluate(keepScrolling, '.viewer-rows');
      await page.waitForTimeout(kMeasuredMs);
    });
  },

  table: async ({ open, url }) => {
    const changing = [];
    for (let i = 0; i < kTasks; i++) {
      const is_changing = i % (kTasks / kChanging) === 0;
      const one = start(url, is_changing ? 'frames.changes' : 'nobody.serves', is_changing ? { interval_s: 1 } : {});
      if (is_changing) changing.push(one);
      if (i % 50 === 49) await one;
    }
    const page = await open('#/');
    await eventually(async () => {
      await page.getByRole('button', { name: 'Load older tasks' }).click({ timeout: 300 }).catch(() => undefined);
      await page.locator('.table-body').press('End');
      return Number(await page.locator('[aria-rowcount]').getAttribute('aria-rowcount')) >= kTasks;
    }, 'all tasks in the table', 120_000);
    const figures = await measure(page, async () => {
      await page.evaluate(keepScrolling, '.table-body');
      await page.waitForTimeout(kMeasuredMs);
    });
    for (const task of await Promise.all(changing)) await cancel(url, task);
    return figures;
  },
};

async function openWorker({ sockets }) {
  const words = [fileURLToPath(new URL('frames_worker.py', import.meta.url)), '--broker-events', `ipc://${sockets}/events`, '--broker-link', `ipc://${sockets}/workers`];
  const env = { ...process.env, PYTHONPATH: fileURLToPath(new URL('worker/python', kRoot)) };
  const worker = spawn('/usr/bin/python3', words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: worker.stdout }), 'line');
  return worker;
}

const wanted = process.argv.slice(2);
const results = {};
const cluster = await openCluster();
const worker = await openWorker(cluster);
const browser = await openBrowser();
try {
  const open = (hash) => openPage(browser, `${cluster.url}/${hash}`, { viewport: { width: 1280, height: 800 } });
  for (const [name, work] of Object.entries(kWorks)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    results[name] = await work({ open, url: cluster.url });
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
} finally {
  await browser.close();
  worker.kill();
  await cluster.close();
}
console.table(results);
