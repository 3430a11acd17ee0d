import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { openCluster, type Cluster } from '../support/cluster';
import { shownIn } from '../support/readme';

// What the page shows is run as it stands there; the package is what is in src (vitest.config.ts).
const folder = fileURLToPath(new URL('./shown/', import.meta.url));
let cluster: Cluster;

beforeAll(async () => {
  cluster = await openCluster();
  process.env.LONGWIRE_URL = cluster.url;
  (globalThis as { WebSocket?: unknown }).WebSocket = WebSocket;
  await mkdir(folder, { recursive: true });
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await cluster.close();
});

it.each(shownIn('ts').map((code, i) => [i + 1, code] as const))('example %i runs', async (i, code) => {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const file = `${folder}example_${i}.ts`;
  await writeFile(file, code);
  await import(/* @vite-ignore */ file);
  const lines = said.mock.calls.map((words) => words.join(' '));
  said.mockRestore();
  expect(lines.length).toBeGreaterThan(0);
  if (i === 1) expect(lines[0]).toContain('Nothing is lost on the way.');
  if (i === 3) expect(lines[0]).toBe('bad_request kind');
});
