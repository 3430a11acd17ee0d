import { describe, expect, it } from 'vitest';
import { parseJson } from './json';

const place = (text: string) => {
  const result = parseJson(text);
  return result.ok ? 'fine' : `${result.error.line}:${result.error.column} ${result.error.message}`;
};

describe('parseJson', () => {
  it('gives the value of what is JSON', () => {
    for (const value of [null, true, -0.5e3, 'a"\\\n\u1234', [], {}, [1, [2, { a: [] }]], { a: { b: 'c' }, d: 1 }]) {
      for (const indent of [0, 2]) expect(parseJson(JSON.stringify(value, null, indent))).toEqual({ ok: true, value });
    }
  });

  it('names line and column of the first error', () => {
    expect(place('')).toBe('1:1 the text ends, expected a value');
    expect(place('{"a": 1,}')).toBe('1:9 expected a name in double quotes');
    expect(place('{\n  "a": 1\n  "b": 2\n}')).toBe('3:3 expected a comma or }');
    expect(place('{\n  a: 1}')).toBe('2:3 expected a name in double quotes');
    expect(place('{"a" 1}')).toBe('1:6 expected a colon');
    expect(place('[1 2]')).toBe('1:4 expected a comma or ]');
    expect(place('["x]')).toBe('1:2 this string is not closed');
    expect(place('"\\x"')).toBe('1:3 expected one of " \\ / b f n r t u after \\');
    expect(place('{"a": 01}')).toBe('1:7 expected a value');
    expect(place('{"a": nul}')).toBe('1:7 expected a value');
    expect(place('{} x')).toBe('1:4 expected nothing more');
    expect(place('[[')).toBe('1:3 the text ends, expected a value');
  });

  it('agrees with JSON.parse about every cut and every doubled character of a text', () => {
    const text = '{"a": [1, -2.5e-3, true, null, "x\\u00e9\\n"], "b": {"c": ""}}';
    const variants = [...text].flatMap((_, i) => [text.slice(0, i), text.slice(0, i) + text.slice(i + 1), text.slice(0, i) + text[i] + text.slice(i)]);
    for (const variant of variants) {
      let ok = true;
      try {
        JSON.parse(variant);
      } catch {
        ok = false;
      }
      expect([variant, parseJson(variant).ok]).toEqual([variant, ok]);
    }
  });
});
