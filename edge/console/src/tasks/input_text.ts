import { parseJson } from '../parts/json';
import type { InputField } from './schema_fields';

// The JSON text is the input; the fields of a form read from it and write into it.

function objectOf(input: string): Record<string, unknown> | null {
  const parsed = parseJson(input);
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) return null;
  return parsed.value as Record<string, unknown>;
}

/** What a field shows of an input; null where that is no object, or has something else there. A choice shows its JSON. */
export function readField(input: string, { name, type, initial, choices = [] }: InputField): string | null {
  const object = objectOf(input);
  if (object === null) return null;
  const value = object[name];
  if (value === undefined || value === null) return type === 'yes or no' ? String(initial === true) : '';
  switch (type) {
    case 'words':
      return Array.isArray(value) && value.every((word) => typeof word === 'string' && isPlain(word)) ? value.join(' ') : null;
    case 'number':
      return typeof value === 'number' ? String(value) : null;
    case 'yes or no':
      return typeof value === 'boolean' ? String(value) : null;
    case 'choice':
      return choices.includes(value) ? JSON.stringify(value) : null;
    default:
      return typeof value === 'string' ? value : null;
  }
}

/** The input with what a field says now; as it was where it can't be said there. */
export function writeField(input: string, field: InputField, said: string): string {
  const object = objectOf(input);
  if (object === null) return input;
  const value = valueOf(field, said);
  if (value === undefined) delete object[field.name];
  else object[field.name] = value;
  return JSON.stringify(object, null, 2);
}

/** What is wrong with what a field shows, by its schema; it may be sent all the same, for the worker decides. */
export function problemOf({ required, type, initial, whole, low, high }: InputField, shown: string): string | null {
  if (shown === '') return required && initial === undefined ? 'Is required.' : null;
  if (type !== 'number') return null;
  const value = Number(shown);
  if (whole && !Number.isInteger(value)) return 'Is to be a whole number.';
  if (low !== undefined && value < low) return `Is to be at least ${low}.`;
  return high !== undefined && value > high ? `Is to be at most ${high}.` : null;
}

const isPlain = (word: string): boolean => word !== '' && !/\s/.test(word);

function valueOf({ type, required, initial }: InputField, said: string): unknown {
  switch (type) {
    case 'words':
      return said.split(/\s+/).filter((word) => word !== '');
    case 'number':
      return said.trim() === '' || !Number.isFinite(Number(said)) ? undefined : Number(said);
    case 'yes or no':
      return required || (said === 'true') !== (initial === true) ? said === 'true' : undefined;
    case 'choice':
      return said === '' ? undefined : JSON.parse(said);
    default:
      return said === '' && !required ? undefined : said;
  }
}
