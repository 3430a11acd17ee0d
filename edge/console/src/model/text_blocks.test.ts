import { expect, it } from 'vitest';
import { blocksOf } from './text_blocks';

const texts = {
  prose: 'A sentence of some length that ends here. '.repeat(2_000),
  lines: 'one line of a text\n'.repeat(5_000),
  solid: 'x'.repeat(50_000),
  short: 'Hello',
  empty: '',
};

it.each(Object.entries(texts))('cuts %s without losing anything', (_, text) => {
  const blocks = blocksOf(text);
  expect(blocks.join('')).toBe(text);
  expect(Math.max(...blocks.map((block) => block.length))).toBeLessThanOrEqual(8_000);
});

it('changes no block but the last as a text grows', () => {
  for (const text of Object.values(texts)) {
    let before = blocksOf('');
    for (let length = 0; length < text.length; length += 997) {
      const now = blocksOf(text.slice(0, length));
      expect(now.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
      before = now;
    }
  }
});
