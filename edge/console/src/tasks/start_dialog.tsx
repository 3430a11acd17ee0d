import { useEffect, useRef, useState, type FormEvent } from 'react';
import { randomId, type LongwireError, type StartRequest, type WorkerInfo } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import { Icon } from '../parts/icon';
import { parseJson } from '../parts/json';
import { taskHref } from '../shell/route';
import { readField, writeField } from './input_text';
import { firstInput, knownKind, knownKinds, type InputField } from './known_kinds';

export function StartDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    if (open && !element.open) {
      element.showModal();
      const kind = element.querySelector<HTMLInputElement>('#kind');
      kind?.focus();
      kind?.select();
    }
    if (!open && element.open) element.close();
  }, [open]);
  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby="start-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {open && <StartForm onClose={onClose} />}
    </dialog>
  );
}

function StartForm({ onClose }: { onClose: () => void }) {
  const client = useClient();
  const [kind, setKind] = useState('exec');
  const [input, setInput] = useState(() => firstInput('exec'));
  const [name, setName] = useState('');
  const [timeout_s, setTimeout_s] = useState('');
  const [attempts, setAttempts] = useState('');
  const [workers, setWorkers] = useState<WorkerInfo[] | null>(null);
  const [error, setError] = useState<{ field: string | undefined; words: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const key = useRef(randomId());

  useEffect(() => {
    client.workers().then(
      setWorkers,
      () => undefined, // only a help: without it the form works as well
    );
  }, [client]);

  const served = new Set(workers?.flatMap((worker) => worker.kinds));
  const choices = [...knownKinds.map((known) => known.kind), ...[...served].filter((k) => !knownKinds.some((known) => known.kind === k))];
  const known = knownKind(kind);
  const parsed = parseJson(input);
  const json_error = parsed.ok ? null : `Line ${parsed.error.line}, column ${parsed.error.column}: ${parsed.error.message}`;

  const choose = (next: string) => {
    // Only what nobody has written is replaced.
    if (input.trim() === '' || input === firstInput(kind)) setInput(firstInput(next));
    setKind(next);
    setError(null);
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!parsed.ok) {
      field.current?.focus();
      field.current?.setSelectionRange(parsed.error.at, Math.min(input.length, parsed.error.at + 1));
      return;
    }
    const request: StartRequest = { kind: kind.trim(), input: parsed.value, key: key.current };
    if (name.trim() !== '') request.task = name.trim();
    if (timeout_s !== '') request.timeout_s = Number(timeout_s);
    if (attempts !== '') request.max_attempts = Number(attempts);
    setBusy(true);
    setError(null);
    try {
      const started = await client.start(request);
      onClose();
      window.location.hash = taskHref(started.task);
    } catch (thrown) {
      const refused = thrown as LongwireError;
      // If the task may exist the same key finds it then, instead of making another.
      if (!refused.may_be_done) key.current = randomId();
      setError({ field: refused.field, words: refused.message });
      setBusy(false);
    }
  };

  return (
    <form className="form" onSubmit={submit} noValidate>
      <div className="drawer-head">
        <h2 id="start-title">Start a task</h2>
        <button type="button" className="button button-quiet button-icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div className="drawer-body">
        <div className="field">
          <label htmlFor="kind">Kind</label>
          <input
            id="kind"
            value={kind}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="kind-about"
            onChange={(event) => choose(event.target.value)}
          />
          <div className="chips" role="group" aria-label="Known kinds">
            {choices.map((choice) => (
              <button key={choice} type="button" className="chip" aria-pressed={choice === kind} onClick={() => choose(choice)}>
                {choice}
              </button>
            ))}
          </div>
          <p className="hint" id="kind-about">
            {known?.about ?? 'A kind of your own.'}
            {workers !== null && kind !== '' && !serves(served, kind) && ' No worker serves it now: the task will wait in the queue.'}
          </p>
        </div>
        {known?.fields.map((field) => (
          <Field key={`${kind} ${field.name}`} field={field} value={readField(input, field)} onSay={(said) => setInput((before) => writeField(before, field, said))} />
        ))}
        <div className="field">
          <label htmlFor="input">Input (JSON)</label>
          <textarea
            id="input"
            ref={field}
            className="code"
            rows={6}
            spellCheck={false}
            value={input}
            aria-invalid={json_error !== null}
            aria-describedby="input-error"
            onChange={(event) => setInput(event.target.value)}
          />
          <p className="error" id="input-error" role="status">
            {json_error}
          </p>
        </div>
        <details className="more">
          <summary>More settings</summary>
          <div className="field">
            <label htmlFor="name">Task id</label>
            <input id="name" value={name} placeholder="given by the cluster" autoComplete="off" spellCheck={false} onChange={(event) => setName(event.target.value)} />
          </div>
          <div className="field-pair">
            <div className="field">
              <label htmlFor="timeout">Timeout (seconds)</label>
              <input id="timeout" type="number" min="1" value={timeout_s} placeholder="none" onChange={(event) => setTimeout_s(event.target.value)} />
            </div>
            <div className="field">
              <label htmlFor="attempts">Most attempts</label>
              <input id="attempts" type="number" min="1" value={attempts} placeholder="default" onChange={(event) => setAttempts(event.target.value)} />
            </div>
          </div>
        </details>
      </div>
      <div className="drawer-foot">
        {error !== null && (
          <p className="error" role="alert">
            {error.field === undefined ? '' : `${error.field}: `}
            {error.words}
          </p>
        )}
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
        <button className="button button-primary" disabled={busy || kind.trim() === ''}>
          {busy ? 'Starting…' : 'Start task'}
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  field: InputField;
  /** Null where the input has something else there. */
  value: string | null;
  onSay: (said: string) => void;
}

/** One field of the input; what is in the JSON below is what is sent. */
function Field({ field, value, onSay }: FieldProps) {
  const id = `field-${field.name}`;
  // While it is written it may be what the input can't have yet, such as a space behind a word.
  const [draft, setDraft] = useState<string | null>(null);
  const common = {
    id,
    disabled: value === null,
    value: draft ?? value ?? '',
    onBlur: () => setDraft(null),
    onChange: ({ target }: { target: { value: string } }) => {
      setDraft(target.value);
      onSay(target.value);
    },
  };
  if (field.type === 'yes or no') {
    return (
      <label className="field-check">
        <input type="checkbox" checked={value === 'true'} disabled={value === null} onChange={(event) => onSay(String(event.target.checked))} />
        {field.label}
      </label>
    );
  }
  return (
    <div className="field">
      <label htmlFor={id}>{field.label}</label>
      {field.type === 'long text' ? <textarea rows={2} {...common} /> : <input type={field.type === 'number' ? 'number' : 'text'} {...common} />}
      {field.hint !== undefined && <p className="hint">{field.hint}</p>}
    </div>
  );
}

/** Workers may name kinds with a `*` at the end. */
function serves(served: Set<string>, kind: string): boolean {
  for (const pattern of served) {
    if (pattern === kind || (pattern.endsWith('*') && kind.startsWith(pattern.slice(0, -1)))) return true;
  }
  return false;
}
