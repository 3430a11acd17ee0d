import { useState } from 'react';
import { problemOf } from './input_text';
import type { InputField } from './schema_fields';

interface Props {
  field: InputField;
  /** Null where the input has something else there. */
  value: string | null;
  onSay: (said: string) => void;
}

/** One field of the input; what is in the JSON below is what is sent. */
export function InputFieldBox({ field, value, onSay }: Props) {
  const id = `field-${field.name}`;
  // While it is written it may be what the input can't have yet, such as a space behind a word.
  const [draft, setDraft] = useState<string | null>(null);
  const problem = value === null ? null : problemOf(field, value);
  if (field.type === 'yes or no') {
    return (
      <div className="field">
        <label className="field-check">
          <input type="checkbox" checked={value === 'true'} disabled={value === null} onChange={(event) => onSay(String(event.target.checked))} />
          {field.label}
        </label>
        {field.hint !== undefined && <p className="hint">{field.hint}</p>}
      </div>
    );
  }
  const common = {
    id,
    disabled: value === null,
    required: field.required,
    placeholder: field.initial === undefined ? undefined : String(field.initial),
    value: draft ?? value ?? '',
    'aria-invalid': problem !== null,
    'aria-describedby': `${id}-hint`,
    onBlur: () => setDraft(null),
    onChange: ({ target }: { target: { value: string } }) => {
      setDraft(target.value);
      onSay(target.value);
    },
  };
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.label}
        {field.required && <span aria-hidden="true"> *</span>}
      </label>
      <Box field={field} common={common} />
      {(problem ?? field.hint) !== undefined && (
        <p className={problem === null ? 'hint' : 'error'} id={`${id}-hint`}>
          {problem ?? field.hint}
        </p>
      )}
    </div>
  );
}

type Common = React.InputHTMLAttributes<HTMLInputElement> &
  React.TextareaHTMLAttributes<HTMLTextAreaElement> &
  React.SelectHTMLAttributes<HTMLSelectElement>;

function Box({ field, common }: { field: InputField; common: Common }) {
  switch (field.type) {
    case 'long text':
      return <textarea rows={2} {...common} />;
    case 'number':
      return <input type="number" step={field.whole ? 1 : 'any'} min={field.low} max={field.high} {...common} />;
    case 'choice': {
      const { placeholder, ...select } = common;
      return (
        <select {...select}>
          <option value="">{placeholder ?? ''}</option>
          {field.choices!.map((choice) => (
            <option key={JSON.stringify(choice)} value={JSON.stringify(choice)}>
              {String(choice)}
            </option>
          ))}
        </select>
      );
    }
    default:
      return <input type="text" {...common} />;
  }
}
