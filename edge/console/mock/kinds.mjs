// What the pretended tasks do, by kind.

const kStory =
  'Longwire carries the live events of long tasks to everyone who watches them. Start a task, watch every event of it ' +
  'live from anywhere, lose your network, and still see each event once, in order.';

/** Streams a text word by word. */
async function stream(task, name, text, delay_ms, agent) {
  let index = 0;
  for (const word of text.match(/\S+\s*/g) ?? []) {
    await task.pause(delay_ms);
    task.emit('text.delta', { stream: name, index: index++, text: word, agent });
  }
  task.emit('text.done', { stream: name, index, text, agent });
}

async function count(task, { n = 10, interval_ms = 50 }) {
  for (let i = 1; i <= n; i++) {
    task.emit('log', { i, level: 'info', message: `line ${i} of ${n}` });
    if (interval_ms > 0 || i % 1000 === 0) await task.pause(interval_ms);
    if (i % Math.max(1, Math.floor(n / 50)) === 0) task.emit('task.progress', { progress: i / n, message: `${i} of ${n}` });
  }
  return { n };
}

/** Understands `seq` and `echo`; of anything else it makes up a build's output. */
async function exec(task, { argv = [] }) {
  const [program, ...args] = argv;
  const out = (message, level = 'info') => task.emit('log', { level, message, details: { stream: level === 'info' ? 'stdout' : 'stderr' } });
  if (program === 'seq') {
    const [from, to] = args.length > 1 ? args.map(Number) : [1, Number(args[0])];
    for (let i = from; i <= to; i++) out(String(i));
    return { exit_status: 0 };
  }
  if (program === 'echo') {
    out(args.join(' '));
    return { exit_status: 0 };
  }
  if (program === undefined) throw Object.assign(new Error('argv must not be empty'), { code: 'bad_input', final: true });
  const files = ['topic', 'cursor', 'envelope', 'sequencer', 'scheduler', 'hub', 'session', 'outbox', 'rendering', 'listener'];
  out(`$ ${argv.join(' ')}`);
  for (let i = 0; i < 40; i++) {
    await task.pause(180);
    const file = files[i % files.length];
    out(`[${String(i + 1).padStart(2)}/40] Building CXX object edge/core/${file}.cc.o`);
    if (i % 9 === 5) out(`${file}.cc:${20 + i}:14: warning: unused variable 'head' [-Wunused-variable]`, 'warn');
    if (i === 23) out(`${file}.cc:88: error: retrying after a failed precondition`, 'error');
    task.emit('task.progress', { progress: (i + 1) / 40, message: `Building ${file}` });
  }
  return { exit_status: 0, seconds: 7.2 };
}

async function team(task, { requirement = 'A report', steps = 4, step_ms = 700 }) {
  const crew = [
    ['Planner', '🧭'],
    ['Researcher', '🔎'],
    ['Writer', '✍️'],
  ];
  const status = (at, state, progress, message) =>
    task.emit('agent.status', { agent: crew[at][0], emoji: crew[at][1], status: state, progress, message });
  crew.forEach((_, at) => status(at, 'IDLE', 0, ''));
  for (let step = 0; step < steps; step++) {
    const at = step % crew.length;
    status(at, 'PROCESSING', 0.3, `Step ${step + 1}: ${requirement}`);
    task.emit('log', { level: 'debug', agent: crew[at][0], message: `thinking about "${requirement}"` });
    task.emit('tool.call', { agent: crew[at][0], tool: 'search', call_id: `c${step}`, arguments: { q: requirement } });
    await task.pause(step_ms / 2);
    task.emit('tool.result', { agent: crew[at][0], tool: 'search', call_id: `c${step}`, result: { hits: 3 + step }, ok: true });
    await stream(task, `${crew[at][0].toLowerCase()}-${step + 1}`, kStory, step_ms / 60, crew[at][0]);
    status(at, 'COMPLETED', 1, 'Done');
    const next = crew[(at + 1) % crew.length][0];
    task.emit('agent.handoff', { agent: crew[at][0], to: next, reason: 'next step' });
    task.emit('task.progress', { progress: (step + 1) / steps, turn: step + 1, max_turns: steps, message: `Step ${step + 1} of ${steps}` });
  }
  task.emit('artifact', { id: 'a1', kind: 'chart', name: 'Throughput', url: '/artifacts/a1.svg', agent: 'Writer' });
  return { content: kStory, agents: crew.map(([name]) => name) };
}

export const kinds = {
  exec: { says: 'Building scheduler', work: exec },
  'demo.count': { says: '12 of 80', work: count },
  'demo.tokens': {
    says: 'Streaming',
    work: async (task, { text = kStory, delay_ms = 40 }) => {
      await stream(task, 'text', text, delay_ms);
      return { text };
    },
  },
  'demo.team': { says: 'Step 2 of 4', work: team },
  'demo.fail': {
    says: 'About to fail',
    work: async (task, { after_ms = 200, times = Infinity }) => {
      await task.pause(after_ms);
      if (task.attempt <= times) throw Object.assign(new Error('failed on request'), { code: 'demo' });
      return {};
    },
  },
  'demo.sleep': { says: 'Sleeping', work: async (task, { ms = 1_000 }) => (await task.pause(ms), { ms }) },
  'demo.echo': {
    says: 'Listening',
    work: async (task) => {
      for (;;) {
        const data = await task.nextInput('Say something, or {"end": true} to stop.');
        if (data?.end === true) return {};
        task.emit('agent.message', { agent: 'echo', message: data });
      }
    },
  },
  'agent.chat': {
    says: 'Answering',
    work: async (task, { message = '' }) => {
      await stream(task, 'answer', `You said “${message}”. ${kStory}`, 60, 'assistant');
      return { content: kStory, agents: ['assistant'] };
    },
  },
};
