/** A field of a kind's input, as the form asks for it. */
export interface InputField {
  name: string;
  label: string;
  /** `words`: a list of texts, such as a command and its arguments. */
  type: 'text' | 'long text' | 'number' | 'yes or no' | 'words';
  hint?: string;
}

/** The kinds that the shipped workers serve, with what their inputs are, and one to begin from. */
export interface KnownKind {
  kind: string;
  about: string;
  fields: readonly InputField[];
  input: Record<string, unknown>;
}

const number = (name: string, label: string): InputField => ({ name, label, type: 'number' });
const text = (name: string, label: string): InputField => ({ name, label, type: 'long text' });

export const knownKinds: readonly KnownKind[] = [
  {
    kind: 'exec',
    about: 'Run a command; each line it prints is a log line.',
    fields: [{ name: 'argv', label: 'Command', type: 'words', hint: 'Of a local cluster: find du ls wc sha256sum seq sleep echo date uname' }],
    input: { argv: ['seq', '1', '500'] },
  },
  {
    kind: 'demo.count',
    about: 'Count to n, one log line each.',
    fields: [number('n', 'Count to'), number('interval_ms', 'Milliseconds between'), number('bytes', 'Bytes of each line')],
    input: { n: 200, interval_ms: 20 },
  },
  {
    kind: 'demo.tokens',
    about: 'Stream a text word by word.',
    fields: [text('text', 'Text'), number('delay_ms', 'Milliseconds between words')],
    input: { text: 'Every event once, in order.', delay_ms: 80 },
  },
  {
    kind: 'demo.team',
    about: 'Several agents share a requirement.',
    fields: [text('requirement', 'Requirement'), number('steps', 'Steps'), number('step_ms', 'Milliseconds of a step')],
    input: { requirement: 'Compare three event buses', steps: 4 },
  },
  { kind: 'demo.echo', about: 'Answer each input until {"end": true}.', fields: [], input: {} },
  {
    kind: 'demo.parts',
    about: 'Start tasks below it and wait for them.',
    fields: [number('parts', 'Parts'), number('n', 'Each counts to'), number('interval_ms', 'Milliseconds between')],
    input: { parts: 3, n: 100, interval_ms: 50 },
  },
  {
    kind: 'demo.sleep',
    about: 'Do nothing for a while.',
    fields: [number('ms', 'Milliseconds'), { name: 'ignore_cancel', label: 'Ignore a cancel', type: 'yes or no' }],
    input: { ms: 10_000 },
  },
  {
    kind: 'demo.fail',
    about: 'Fail, and try again.',
    fields: [number('after_ms', 'Fail after milliseconds'), number('times', 'So many attempts')],
    input: { after_ms: 500, times: 2 },
  },
  { kind: 'agent.chat', about: 'Talk to an agent.', fields: [text('message', 'Message')], input: { message: 'What is an epoch?' } },
  { kind: 'agent.guide', about: 'Ask the guide.', fields: [text('message', 'Message')], input: { message: 'Where do I begin?' } },
  {
    kind: 'agent.team',
    about: 'Agents work on a requirement and hand over to each other.',
    fields: [text('requirement', 'Requirement')],
    input: { requirement: 'Plan a release' },
  },
];

export const knownKind = (kind: string): KnownKind | undefined => knownKinds.find((known) => known.kind === kind);

/** The input to begin from, as it stands in the form. */
export const firstInput = (kind: string): string => JSON.stringify(knownKind(kind)?.input ?? {}, null, 2);
