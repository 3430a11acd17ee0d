// What the browser tests run against: the cluster at LONGWIRE_URL, or one of their own, and a Chromium.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const kReadyMs = 60_000;
const kEndMs = 20_000;

/** Gives `{url, close}`. */
export async function openCluster() {
  if (process.env.LONGWIRE_URL) return { url: process.env.LONGWIRE_URL.replace(/\/$/, ''), close: async () => undefined };
  const bin = process.env.LONGWIRE_BIN ?? fileURLToPath(new URL('../../build/dev/bin', import.meta.url));
  const data = await mkdtemp(join(tmpdir(), 'longwire-browser-'));
  const child = spawn(join(bin, 'longwire'), ['up', '--http', '127.0.0.1:0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
  try {
    return { url: await readyUrl(child, ended), close };
  } catch (error) {
    await close();
    throw error;
  }
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

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
