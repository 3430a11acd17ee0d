// A Chromium for the tests in a browser, and the cluster at LONGWIRE_URL, or one of their own.
import { chromium } from 'playwright-core';
import { openCluster as openOwnCluster } from '../support/cluster.mjs';

/** Gives `{url, close}`. */
export function openCluster() {
  const url = process.env.LONGWIRE_URL;
  return url ? { url: url.replace(/\/$/, ''), close: async () => undefined } : openOwnCluster();
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
