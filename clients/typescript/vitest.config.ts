import { defineConfig } from 'vitest/config';

// Against real programs where LONGWIRE_BIN says where they are. A cluster takes the machine, so one file after the other.
const programs = process.env.LONGWIRE_BIN !== undefined;

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.{ts,tsx}', ...(programs ? ['test/integration/**/*.test.{ts,tsx}'] : [])],
    testTimeout: programs ? 120_000 : 30_000,
    hookTimeout: 120_000,
    fileParallelism: !programs,
  },
});
