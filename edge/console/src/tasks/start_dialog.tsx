import { useCallback, useEffect, useLayoutEffect, useRef, useState, type FormEvent } from 'react';
import { randomId, type LongwireError, type StartRequest } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import { Icon } from '../parts/icon';
import { parseJson } from '../parts/json';
import { taskHref } from '../shell/route';
import { usePolled } from '../shell/use_polled';
import { InputFieldBox } from './input_field_box';
import { readField, writeField } from './input_text';
import { fieldsOf, firstInput } from './schema_fields';

const kKindsMs = 5_000;
/** Those that begin so are the cluster's own to start. */
const kOwnNames = 'longwire.';

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
  const ask = useCallback(() => client.kinds(), [client]);
  const kinds = usePolled(ask, kKindsMs).value;
  const choices = kinds?.filter(({ kind }) => !kind.startsWith(kOwnNames)) ?? [];
  const [chosen, setChosen] = useState<string | null>(null); // null: nobody has
  const [written, setWritten] = useState<string | null>(null); // likewise
  const kind = chosen ?? (choices.find((one) => one.kind === 'exec') ?? choices[0])?.kind ?? '';
  const known = kinds?.find((one) => one.kind === kind);
  const input = written ?? firstInput(known);
  const [name, setName] = useState('');
  const [timeout_s, setTimeout_s] = useState('');
  const [attempts, setAttempts] = useState('');
  const [error, setError] = useState<{ field: string | undefined; words: string } | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const kind_field = useRef<HTMLInputElement>(null);
  const key = useRef(randomId());

  // What has come to stand there by itself is replaced by what is typed.
  useLayoutEffect(() => {
    if (chosen === null && document.activeElement === kind_field.current) kind_field.current?.select();
  }, [chosen, kind]);

  const { fields, others } = fieldsOf(known?.input_schema);
  const parsed = parseJson(input);
  const json_error = parsed.ok ? null : `Line ${parsed.error.line}, column ${parsed.error.column}: ${parsed.error.message}`;

  const choose = (next: string) => {
    // Only what nobody has written is replaced.
    if (input.trim() === '' || input === firstInput(known)) setWritten(null);
    setChosen(next);
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
            ref={kind_field}
            value={kind}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="kind-about"
            onChange={(event) => choose(event.target.value)}
          />
          <div className="chips" role="group" aria-label="Known kinds">
            {choices.map(({ kind: choice, about }) => (
              <button key={choice} type="button" className="chip" title={about} aria-pressed={choice === kind} onClick={() => choose(choice)}>
                {choice}
              </button>
            ))}
          </div>
          <p className="hint" id="kind-about">
            {known?.about}
            {kinds !== null && kind !== '' && !known?.workers && ' No worker serves it now: the task will wait in the queue.'}
          </p>
        </div>
        {fields.map((field) => (
          <InputFieldBox
            key={`${kind} ${field.name}`}
            field={field}
            value={readField(input, field)}
            onSay={(said) => setWritten((before) => writeField(before ?? input, field, said))}
          />
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
            aria-describedby="input-error input-others"
            onChange={(event) => setWritten(event.target.value)}
          />
          {others.length > 0 && (
            <p className="hint" id="input-others">
              Only here: {others.join(', ')}
            </p>
          )}
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
