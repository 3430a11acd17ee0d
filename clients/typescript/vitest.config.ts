import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// Against real programs where LONGWIRE_BIN says where they are. A cluster takes the machine, so one file after the other.
const programs = process.env.LONGWIRE_BIN !== undefined;

const src = (entry: string) => fileURLToPath(new URL(`./src/${entry}`, import.meta.url));

export default defineConfig({
  // The examples of the page name the package.
  resolve: {
    alias: [
      { find: '@longwire/client/dialects', replacement: src('products/index.ts') },
      { find: '@longwire/client', replacement: src('index.ts') },
    ],
  },
  test: {
    include: ['unit', 'package', ...(programs ? ['integration'] : [])].map((part) => `test/${part}/**/*.test.{ts,tsx}`),
    testTimeout: programs ? 120_000 : 30_000,
    hookTimeout: 120_000,
    fileParallelism: !programs,
  },
});
