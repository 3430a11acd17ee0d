import { parseJson } from '../parts/json';
import type { InputField } from './known_kinds';

// The JSON text is the input; the fields of a form read from it and write into it.

function objectOf(input: string): Record<string, unknown> | null {
  const parsed = parseJson(input);
  if (!parsed.ok || typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) return null;
  return parsed.value as Record<string, unknown>;
}

/** What a field shows of an input; null where that is no object, or has something else there. */
export function readField(input: string, { name, type }: InputField): string | null {
  const object = objectOf(input);
  if (object === null) return null;
  const value = object[name];
  if (value === undefined || value === null) return '';
  switch (type) {
    case 'words':
      return Array.isArray(value) && value.every((word) => typeof word === 'string' && isPlain(word)) ? value.join(' ') : null;
    case 'number':
      return typeof value === 'number' ? String(value) : null;
    case 'yes or no':
      return typeof value === 'boolean' ? String(value) : null;
    default:
      return typeof value === 'string' ? value : null;
  }
}

/** The input with what a field says now; as it was where it can't be said there. */
export function writeField(input: string, { name, type }: InputField, said: string): string {
  const object = objectOf(input);
  if (object === null) return input;
  const value = valueOf(type, said);
  if (value === undefined) delete object[name];
  else object[name] = value;
  return JSON.stringify(object, null, 2);
}

const isPlain = (word: string): boolean => word !== '' && !/\s/.test(word);

function valueOf(type: InputField['type'], said: string): unknown {
  switch (type) {
    case 'words':
      return said.split(/\s+/).filter((word) => word !== '');
    case 'number':
      return said.trim() === '' || !Number.isFinite(Number(said)) ? undefined : Number(said);
    case 'yes or no':
      return said === 'true' ? true : undefined;
    default:
      return said;
  }
}
