// The TypeScript client in tabs of one real browser: one of them has the socket, and when it goes another one has.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openCluster, eventually } from '../support/cluster.mjs';
import { openBrowser } from './cluster.mjs';

const kClient = new URL('../../clients/typescript/', import.meta.url);
const kLines = 600;
let folder;
let cluster;
let browser;

/** A page that follows a task through a client that shares its connection, and keeps what it hears. */
const kPage = `
import { connect } from '@longwire/client';
const client = connect('/', { tabs: 'test' });
window.state = () => client.state.kind;
window.start = (n) => client.start({ kind: 'demo.count', input: { n, interval_ms: 10 } });
window.heard = [];
window.gaps = 0;
window.follow = (topic) => void client.subscribe(topic, {
  from: 'start',
  onEvent: ({ type, data }) => type === 'log' && window.heard.push(data.i),
  onGap: () => (window.gaps += 1),
});
`;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-tabs-'));
  await writeFile(join(folder, 'index.html'), '<title>Tabs</title><script type="module" src="/main.ts"></script>');
  await writeFile(join(folder, 'main.ts'), kPage);
  const { build } = await import(new URL('node_modules/vite/dist/node/index.js', kClient).href);
  await build({
    root: folder,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: { '@longwire/client': fileURLToPath(new URL('src/index.ts', kClient)) } },
    build: { target: 'es2022', modulePreload: { polyfill: false } },
  });
  cluster = await openCluster({ more: ['--console', join(folder, 'dist')] });
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await cluster?.close();
  await rm(folder, { recursive: true, force: true });
});

test('tabs share one socket, and go on without loss or doubles when the one that has it is closed', { timeout: 120_000 }, async () => {
  const context = await browser.newContext();
  const sockets = new Map();
  const openTab = async () => {
    const page = await context.newPage();
    sockets.set(page, new Set());
    page.on('websocket', (socket) => {
      sockets.get(page)?.add(socket);
      socket.on('close', () => sockets.get(page)?.delete(socket));
    });
    await page.goto(`${cluster.url}/`);
    await page.waitForFunction(() => window.state?.() === 'connected');
    return page;
  };
  const leaders = () => [...sockets].filter(([, open]) => open.size > 0).map(([page]) => page);

  const tabs = [await openTab(), await openTab(), await openTab()];
  assert.deepEqual([...sockets.values()].map((open) => open.size), [1, 0, 0]);
  const { topic } = await tabs[1].evaluate((n) => window.start(n), kLines);
  for (const page of tabs) await page.evaluate((one) => window.follow(one), topic);

  for (let left = tabs.length; left > 1; left--) {
    const [leader] = leaders();
    const other = [...sockets.keys()].find((page) => page !== leader);
    const before = await other.evaluate(() => window.heard.length);
    await eventually(() => other.evaluate((n) => window.heard.length > n, before + 50), 'more lines');
    sockets.delete(leader);
    await leader.close();
    await eventually(() => leaders().length === 1, 'another leader');
  }
  const [page] = sockets.keys();
  await eventually(() => page.evaluate((n) => window.heard.length >= n, kLines), 'all lines');
  assert.deepEqual(await page.evaluate(() => window.heard), Array.from({ length: kLines }, (_, i) => i + 1));
  assert.equal(await page.evaluate(() => window.gaps), 0);
});
