import { expect, it } from 'vitest';
import { fieldsOf, firstInput } from './schema_fields';

const object = (properties: unknown, required: unknown = []) => ({ type: 'object', properties, required });
const only = (property: unknown) => fieldsOf(object({ it: property })).fields[0];
const kind = (more: object) => ({ kind: 'k', workers: 1, running: 0, queued: 0, ...more });

it('makes a field of each property that a form can ask for', () => {
  const schema = object(
    {
      name: { type: 'string', title: 'Name', description: 'Whom to greet.' },
      letter: { type: 'string', format: 'textarea' },
      times: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
      volume: { type: 'number' },
      loud: { type: 'boolean', default: true },
      words: { type: 'array', items: { type: 'string' } },
      tone: { enum: ['warm', 'cold', 0] },
    },
    ['name', 'tone'],
  );
  expect(fieldsOf(schema)).toEqual({
    fields: [
      { name: 'name', label: 'Name', type: 'text', required: true, hint: 'Whom to greet.' },
      { name: 'letter', label: 'letter', type: 'long text', required: false },
      { name: 'times', label: 'times', type: 'number', required: false, initial: 3, whole: true, low: 1, high: 9 },
      { name: 'volume', label: 'volume', type: 'number', required: false },
      { name: 'loud', label: 'loud', type: 'yes or no', required: false, initial: true },
      { name: 'words', label: 'words', type: 'words', required: false },
      { name: 'tone', label: 'tone', type: 'choice', required: true, choices: ['warm', 'cold', 0] },
    ],
    others: [],
  });
});

it('leaves what it does not understand to JSON', () => {
  const properties = {
    deep: { type: 'object', properties: { a: { type: 'string' } } },
    rows: { type: 'array', items: { type: 'object' } },
    either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    anything: true,
    never: { enum: [] },
    shapes: { enum: [{ a: 1 }] },
    known: { type: 'string' },
  };
  const { fields, others } = fieldsOf(object(properties));
  expect(fields.map(({ name }) => name)).toEqual(['known']);
  expect(others).toEqual(['deep', 'rows', 'either', 'anything', 'never', 'shapes']);
  for (const nothing of [undefined, null, true, [], 'schema', {}, { properties: [1] }, { type: 'array' }]) {
    expect(fieldsOf(nothing)).toEqual({ fields: [], others: [] });
  }
});

it('bears with what is no schema where one should be', () => {
  expect(only({ type: 'string', title: 7, description: '' })).toEqual({ name: 'it', label: 'it', type: 'text', required: false });
  expect(only({ type: 'integer', minimum: 'a', maximum: null })).toMatchObject({ type: 'number', whole: true });
  expect(fieldsOf(object({ it: { type: 'string' } }, 'it')).fields[0]!.required).toBe(false);
});

it('begins from the example, or from the defaults', () => {
  const input_schema = object({ n: { type: 'integer', default: 3 }, name: { type: 'string' } });
  expect(JSON.parse(firstInput(kind({ input_schema, example: { n: 7 } })))).toEqual({ n: 7 });
  expect(JSON.parse(firstInput(kind({ input_schema })))).toEqual({ n: 3 });
  expect(JSON.parse(firstInput(kind({ example: 'a text' })))).toBe('a text');
  expect(firstInput(kind({}))).toBe('{}');
  expect(firstInput(undefined)).toBe('{}');
});
