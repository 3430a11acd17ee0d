/** The kinds that the shipped workers serve, each with an input to begin from. */
export interface KnownKind {
  kind: string;
  about: string;
  input: unknown;
}

export const knownKinds: readonly KnownKind[] = [
  { kind: 'exec', about: 'Run a command; each line it prints is a log line.', input: { argv: ['seq', '1', '500'] } },
  { kind: 'demo.count', about: 'Count to n, one log line each.', input: { n: 200, interval_ms: 20 } },
  { kind: 'demo.tokens', about: 'Stream a text word by word.', input: { text: 'Every event once, in order.', delay_ms: 80 } },
  { kind: 'demo.team', about: 'Several agents share a requirement.', input: { requirement: 'Compare three event buses', steps: 4 } },
  { kind: 'demo.echo', about: 'Answer each input until {"end": true}.', input: {} },
  { kind: 'demo.parts', about: 'Start tasks below it and wait for them.', input: { parts: 3, n: 100, interval_ms: 50 } },
  { kind: 'demo.sleep', about: 'Do nothing for a while.', input: { ms: 10_000 } },
  { kind: 'demo.fail', about: 'Fail, and try again.', input: { after_ms: 500, times: 2 } },
  { kind: 'agent.chat', about: 'Talk to an agent.', input: { message: 'What is an epoch?' } },
  { kind: 'agent.team', about: 'Agents work on a requirement.', input: { requirement: 'Plan a release' } },
];

/** The input to begin from, as it stands in the form. */
export function firstInput(kind: string): string {
  return JSON.stringify(knownKinds.find((known) => known.kind === kind)?.input ?? {}, null, 2);
}
