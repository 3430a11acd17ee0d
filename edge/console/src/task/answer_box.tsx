import type { LongwireError } from '@longwire/client';
import { useClient } from '@longwire/client/react';
import type { TaskView } from '@longwire/client/task';
import { useLayoutEffect, useRef, useState, type FormEvent } from 'react';
import { questionWords } from '../model/words';
import { parseJson } from '../parts/json';

/** Gives the task an input: an answer to what it asks, or what one has to say unasked. */
export function AnswerBox({ view }: { view: TaskView }) {
  const client = useClient();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLInputElement>(null);
  // When the task takes no more input, whoever was writing goes on in the page.
  useLayoutEffect(() => {
    const own = form.current!;
    return () => {
      if (own.contains(document.activeElement)) document.getElementById('main')?.focus();
    };
  }, []);
  const trimmed = text.trim();
  const json = /^[[{"]/.test(trimmed) ? parseJson(trimmed) : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    field.current?.focus(); // the button is about to be disabled
    setBusy(true);
    setProblem(null);
    try {
      await client.input(view.task, json?.ok ? json.value : text);
      setText('');
    } catch (thrown) {
      setProblem((thrown as LongwireError).message);
    }
    setBusy(false);
  };
  return (
    <form ref={form} className={`input-box ${view.waiting ? 'input-box-waiting' : ''}`} onSubmit={submit}>
      <label htmlFor="task-input">{view.waiting ? questionWords(view.prompt) : 'Send input to this task'}</label>
      <div className="input-row">
        <input ref={field} id="task-input" value={text} autoComplete="off" aria-describedby="task-input-hint" onChange={(event) => setText(event.target.value)} />
        <button className="button button-primary" disabled={busy || trimmed === ''}>
          Send
        </button>
      </div>
      <p className={problem === null ? 'hint' : 'error'} id="task-input-hint" role="status">
        {problem ?? (trimmed === '' ? '' : json?.ok ? 'Will be sent as JSON' : 'Will be sent as text')}
      </p>
    </form>
  );
}
