// A whole cluster by `longwire up`, for tests in JavaScript: on free ports, in a folder of its own, gone in the end.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const kReadyMs = 60_000;
const kEndMs = 20_000;
const kLookMs = 20;

/**
 * Gives `{url, urls, sockets, kill, close}`, with one address per edge, and the folder of the broker's sockets. `kill(name)`
 * ends a process by SIGKILL ("edge-1", "worker-agent", "broker") and comes back when it has been started again. `more` is
 * for `longwire up`.
 */
export async function openCluster({ edges = 2, more = [] } = {}) {
  const bin = process.env.LONGWIRE_BIN ?? fileURLToPath(new URL('../../build/dev/bin', import.meta.url));
  const data = await mkdtemp(join(tmpdir(), 'longwire-'));
  const words = ['up', '--http', '127.0.0.1:0', '--data', data, '--edges', String(edges), ...more];
  const child = spawn(join(bin, 'longwire'), words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const close = async () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), kEndMs);
      await ended;
      clearTimeout(hard);
    }
    await rm(data, { recursive: true, force: true });
  };
  const processes = async () => JSON.parse(await readFile(join(data, 'cluster.json'), 'utf8')).processes;
  try {
    const url = await readyUrl(child, ended);
    const urls = (await processes()).filter(({ name }) => name.startsWith('edge-')).map((edge) => edge.url);
    return { url, urls, sockets: join(data, 'run'), kill: (name) => killOne(processes, name), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits until `isSo`, which may be asynchronous, gives something true, and gives that. */
export async function eventually(isSo, what, patienceMs = 30_000) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const value = await isSo();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what} has not come true in ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, kLookMs));
  }
}

async function killOne(processes, name) {
  const find = async () => (await processes()).find((one) => one.name === name);
  const { pid } = await find();
  process.kill(pid, 'SIGKILL');
  await eventually(async () => {
    const now = await find();
    return now.pid !== 0 && now.pid !== pid;
  }, `the return of ${name}`);
}

/** The address in the cluster's line `ready http://HOST:PORT`. */
function readyUrl(child, ended) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the cluster was not ready within ${kReadyMs} ms`)), kReadyMs);
    ended.then((why) => {
      clearTimeout(timer);
      reject(new Error(`the cluster ended before it was ready: ${why?.message ?? why}`));
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^ready (http:\/\/\S+)/.exec(line);
      if (ready === null) return;
      clearTimeout(timer);
      resolve(ready[1].replace(/\/$/, ''));
    });
  });
}
