// A Chromium for the tests in a browser, and the cluster at LONGWIRE_URL, or one of their own.
import { after, afterEach, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { openCluster as openOwnCluster } from '../support/cluster.mjs';
import { cancelAll } from './edge.mjs';

const kPage = process.env.LONGWIRE_CONSOLE ?? fileURLToPath(new URL('../../edge/console/dist', import.meta.url));

/** Gives `{url, close}`; a cluster of its own serves the page at LONGWIRE_CONSOLE, or the one that was built here. */
export function openCluster() {
  const url = process.env.LONGWIRE_URL;
  return url ? { url: url.replace(/\/$/, ''), close: async () => undefined } : openOwnCluster({ more: ['--console', kPage] });
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

let shared = null;

/** For all tests of a process: `{cluster, browser}`, there from the first test on, and prepared. Each test's pages are
 *  closed behind it. */
export function useClusterAndBrowser(prepare = async () => undefined) {
  if (shared !== null) return shared;
  shared = {};
  before(async () => {
    shared.cluster = await openCluster();
    shared.browser = await openBrowser();
    await prepare(shared.cluster);
  });
  afterEach(async () => {
    await Promise.all(shared.browser.contexts().map((context) => context.close()));
  });
  after(async () => {
    await shared.browser?.close();
    if (process.env.LONGWIRE_URL === undefined) await cancelAll(shared.cluster?.url);
    await shared.cluster?.close();
  });
  return shared;
}
