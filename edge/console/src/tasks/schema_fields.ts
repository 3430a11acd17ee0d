import type { KindInfo } from '@longwire/client';

/** A field of a kind's input, as the form asks for it. */
export interface InputField {
  name: string;
  label: string;
  /** `words`: a list of texts, such as a command and its arguments. `choice`: one of `choices`, which are any scalars. */
  type: 'text' | 'long text' | 'number' | 'yes or no' | 'words' | 'choice';
  required: boolean;
  hint?: string;
  /** What a worker takes where nothing is said. */
  initial?: unknown;
  choices?: readonly unknown[];
  whole?: boolean;
  low?: number;
  high?: number;
}

export interface SchemaFields {
  fields: InputField[];
  /** What the schema has beside them, to be written as JSON. */
  others: string[];
}

type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** The properties of an object that a form can ask for. */
export function fieldsOf(schema: unknown): SchemaFields {
  const found: SchemaFields = { fields: [], others: [] };
  if (!isSchema(schema) || !isSchema(schema.properties)) return found;
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const [name, property] of Object.entries(schema.properties)) {
    const field = isSchema(property) ? fieldOf(name, property, required.includes(name)) : null;
    if (field === null) found.others.push(name);
    else found.fields.push(field);
  }
  return found;
}

function fieldOf(name: string, property: Schema, required: boolean): InputField | null {
  const type = typeOf(property);
  if (type === null) return null;
  const field: InputField = { name, label: textOf(property.title) ?? name, type, required };
  const hint = textOf(property.description);
  if (hint !== undefined) field.hint = hint;
  if (property.default !== undefined) field.initial = property.default;
  if (type === 'choice') field.choices = property.enum as unknown[];
  if (type !== 'number') return field;
  const [low, high] = [numberOf(property.minimum), numberOf(property.maximum)];
  if (property.type === 'integer') field.whole = true;
  if (low !== undefined) field.low = low;
  if (high !== undefined) field.high = high;
  return field;
}

function typeOf(property: Schema): InputField['type'] | null {
  if (Array.isArray(property.enum)) return property.enum.length > 0 && property.enum.every(isScalar) ? 'choice' : null;
  switch (property.type) {
    case 'string':
      return property.format === 'textarea' ? 'long text' : 'text';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'yes or no';
    case 'array':
      return isSchema(property.items) && property.items.type === 'string' ? 'words' : null;
    default:
      return null;
  }
}

/** The input to begin from, as it stands in the form: the example, or what the schema gives for defaults. */
export function firstInput(kind: KindInfo | undefined): string {
  const defaults = fieldsOf(kind?.input_schema).fields.filter(({ initial }) => initial !== undefined);
  const input = kind?.example ?? Object.fromEntries(defaults.map(({ name, initial }) => [name, initial]));
  return JSON.stringify(input, null, 2);
}
