import { expect, it } from 'vitest';
import { gzippedBytes } from '../support/bundle';

const kCoreBytesMax = 12 * 1024;

it('the core is smaller than 12 KB as a browser loads it', async () => {
  const bytes = await gzippedBytes('index.ts');
  console.info('bytes:', bytes);
  expect(bytes.core).toBeLessThan(kCoreBytesMax);
});
