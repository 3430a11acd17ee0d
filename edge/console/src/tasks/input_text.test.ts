import { expect, it } from 'vitest';
import { problemOf, readField, writeField } from './input_text';
import type { InputField } from './schema_fields';

const field = (type: InputField['type'], more: Partial<InputField> = {}): InputField => {
  return { name: 'it', label: 'It', type, required: false, ...more };
};
const n = field('number');
const argv = field('words');
const flag = field('yes or no');
const tone = field('choice', { choices: ['warm', 0] });

it('reads what the input has, and nothing of what a field can not show', () => {
  const read = (input: string, of: InputField) => readField(input, of);
  expect([read('{"it": 5}', n), read('{}', n), read('{"it": "5"}', n), read('{"it": ', n), read('[]', n)]).toEqual([
    '5',
    '',
    null,
    null,
    null,
  ]);
  expect([read('{"it": ["seq", "1"]}', argv), read('{"it": ["a b"]}', argv)]).toEqual(['seq 1', null]);
  expect([read('{"it": "warm"}', tone), read('{"it": 0}', tone), read('{"it": "0"}', tone)]).toEqual(['"warm"', '0', null]);
  expect([read('{}', flag), read('{}', field('yes or no', { initial: true }))]).toEqual(['false', 'true']);
});

it('writes into the input and leaves the rest of it', () => {
  const written = (of: InputField, said: string) => JSON.parse(writeField('{"it": 1, "other": [2]}', of, said));
  expect(written(n, '7')).toEqual({ it: 7, other: [2] });
  expect(written(n, '')).toEqual({ other: [2] });
  expect(written(argv, ' ls  -l ')).toEqual({ other: [2], it: ['ls', '-l'] });
  expect([written(tone, '0').it, written(tone, '"warm"').it, written(tone, '').it]).toEqual([0, 'warm', undefined]);
  expect([written(field('text'), 'a').it, written(field('text'), '').it]).toEqual(['a', undefined]);
  expect(written(field('text', { required: true }), '').it).toBe('');
  expect(writeField('{"it": ', n, '7')).toBe('{"it": ');
});

it('says yes or no only where it is not so anyway', () => {
  const said = (of: InputField, value: string) => JSON.parse(writeField('{}', of, value)).it;
  expect([said(flag, 'true'), said(flag, 'false')]).toEqual([true, undefined]);
  const usual = field('yes or no', { initial: true });
  expect([said(usual, 'true'), said(usual, 'false')]).toEqual([undefined, false]);
  expect(said(field('yes or no', { required: true }), 'false')).toBe(false);
});

it('tells what a schema does not allow', () => {
  const few = field('number', { whole: true, low: 1, high: 9 });
  expect(['1', '9', '', '0', '10', '2.5'].map((shown) => problemOf(few, shown))).toEqual([
    null,
    null,
    null,
    'Is to be at least 1.',
    'Is to be at most 9.',
    'Is to be a whole number.',
  ]);
  expect(problemOf(field('text', { required: true }), '')).toBe('Is required.');
  expect(problemOf(field('number', { required: true, initial: 3 }), '')).toBeNull();
});
