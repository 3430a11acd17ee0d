import { expect, it } from 'vitest';
import { readField, writeField } from './input_text';
import { knownKinds, type InputField } from './known_kinds';

const n: InputField = { name: 'n', label: 'n', type: 'number' };
const argv: InputField = { name: 'argv', label: 'argv', type: 'words' };
const flag: InputField = { name: 'flag', label: 'flag', type: 'yes or no' };

it('reads what the input has, and nothing of what a field can not show', () => {
  expect([readField('{"n": 5}', n), readField('{}', n), readField('{"n": "5"}', n), readField('{"n": ', n), readField('[]', n)]).toEqual([
    '5',
    '',
    null,
    null,
    null,
  ]);
  expect([readField('{"argv": ["seq", "1"]}', argv), readField('{"argv": ["a b"]}', argv)]).toEqual(['seq 1', null]);
});

it('writes into the input and leaves the rest of it', () => {
  const written = (field: InputField, said: string) => JSON.parse(writeField('{"n": 1, "other": [2]}', field, said));
  expect(written(n, '7')).toEqual({ n: 7, other: [2] });
  expect(written(n, '')).toEqual({ other: [2] });
  expect(written(argv, ' ls  -l ')).toEqual({ n: 1, other: [2], argv: ['ls', '-l'] });
  expect(written(flag, 'true')).toMatchObject({ flag: true });
  expect(writeField('{"n": ', n, '7')).toBe('{"n": ');
});

it('can show the first input of each known kind', () => {
  for (const { input, fields } of knownKinds) {
    const said = JSON.stringify(input);
    for (const field of fields) expect(readField(said, field)).not.toBeNull();
    expect(Object.keys(input).every((name) => fields.some((field) => field.name === name))).toBe(true);
  }
});
