// Tasks that pretend to work: the events, states and snapshots of the shipped kinds, without any worker.
import { randomUUID } from 'node:crypto';
import { kinds } from './kinds.mjs';

const kOver = ['COMPLETED', 'FAILED', 'CANCELLED', 'EXPIRED'];

class Task {
  constructor(tasks, name, { kind, input = {}, key, max_attempts = 3, parent = null }) {
    Object.assign(this, { tasks, task: name, kind, input, key, max_attempts, parent });
    Object.assign(this, { topic: `task/${name}`, state: 'PENDING', run: 1, attempt: 0, progress: null, message: null });
    Object.assign(this, { waiting: false, agents: new Map(), worker: null, result: null, error: null });
    Object.assign(this, { created_us: Date.now() * 1000, started_us: null, ended_us: null });
    this.stop = new AbortController();
    this.inputs = [];
    this.log = tasks.log(this.topic);
  }

  emit(type, data = {}) {
    if (kOver.includes(this.state)) return;
    const { progress, message } = data;
    if (type === 'task.progress') Object.assign(this, { progress: progress ?? this.progress, message: message ?? this.message });
    if (type === 'agent.status') this.agents.set(data.agent, data);
    this.tasks.append(this, type, data);
  }

  end(state, type, data) {
    if (kOver.includes(this.state)) return;
    this.tasks.append(this, type, data);
    Object.assign(this, { state, waiting: false, ended_us: Date.now() * 1000 });
    Object.assign(this, { result: data.result ?? null, error: data.error ?? null });
    if (state === 'COMPLETED') this.progress = 1;
  }

  /** Ends early when the task is cancelled, by throwing. */
  pause(ms) {
    return new Promise((resolve, reject) => {
      const { signal } = this.stop;
      if (signal.aborted) return reject(new Error('cancelled'));
      const aborted = () => {
        clearTimeout(timer);
        reject(new Error('cancelled'));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', aborted);
        resolve();
      }, ms);
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** The next input, waiting for it with a prompt. */
  async nextInput(prompt) {
    if (this.inputs.length === 0) {
      this.waiting = true;
      this.emit('task.waiting', { prompt });
    }
    while (this.inputs.length === 0) await this.pause(20);
    this.waiting = false;
    return this.inputs.shift();
  }

  async work() {
    const worker = `${this.kind === 'exec' ? 'exec' : 'demo'}-1`;
    this.attempt += 1;
    Object.assign(this, { state: 'RUNNING', worker, started_us: Date.now() * 1000, progress: 0 });
    this.emit('task.started', { run: this.run, attempt: this.attempt, worker });
    try {
      const result = await kinds[this.kind].work(this, this.input);
      this.end('COMPLETED', 'task.completed', { result });
    } catch (thrown) {
      if (this.stop.signal.aborted) {
        this.end('CANCELLED', 'task.cancelled', { reason: this.reason ?? 'asked by dev' });
      } else if (thrown.final || this.attempt >= this.max_attempts) {
        this.end('FAILED', 'task.failed', { error: { code: thrown.code ?? 'failed', message: thrown.message } });
      } else {
        this.state = 'PENDING';
        this.emit('task.retrying', { attempt: this.attempt + 1, reason: thrown.message });
        setTimeout(() => this.work(), 300);
      }
    }
  }

  snapshot() {
    const { task, kind, state, waiting, parent, run, attempt, progress, message, worker, input } = this;
    const { created_us, started_us, ended_us, result, error, topic, log } = this;
    const agents = [...this.agents.values()];
    return {
      ...{ task, kind, state, held: false, waiting, parent, run, attempt, progress, message, worker, input },
      ...{ current_agent: agents.at(-1)?.agent ?? null, agents, created_us, started_us, ended_us, result, error },
      ...{ topic, epoch: log.epoch, offset: log.events.length },
    };
  }
}

export class Tasks {
  onEvent = () => undefined;
  #tasks = new Map();
  #keys = new Map();
  #logs = new Map();

  log(topic) {
    if (!this.#logs.has(topic)) this.#logs.set(topic, { epoch: randomUUID().slice(0, 8), events: [] });
    return this.#logs.get(topic);
  }

  append({ task, topic, log, attempt, worker }, type, data) {
    const offset = log.events.length + 1;
    log.events.push({ topic, offset, type, time_us: Date.now() * 1000, data, task, attempt, source: worker ?? undefined });
    this.onEvent(topic, log);
    return offset;
  }

  find(name) {
    const task = this.#tasks.get(name);
    if (task === undefined) throw { code: 'not_found', message: `no task ${name}` };
    return task;
  }

  start(command) {
    if (typeof command.kind !== 'string' || command.kind === '') {
      throw { code: 'bad_request', message: 'kind must not be empty', field: 'kind' };
    }
    const known = this.#tasks.get(command.task) ?? this.#keys.get(command.key);
    const task = known ?? new Task(this, command.task ?? randomUUID().slice(0, 13), command);
    if (known === undefined) {
      this.#tasks.set(task.task, task);
      if (command.key !== undefined) this.#keys.set(command.key, task);
      task.emit('task.queued', { kind: task.kind });
      if (kinds[task.kind] !== undefined) setTimeout(() => task.work(), 5);
    }
    return { task: task.task, topic: task.topic, state: task.state, created: known === undefined };
  }

  cancel(name, reason) {
    const task = this.find(name);
    const cancelling = !kOver.includes(task.state);
    if (cancelling) {
      task.reason = reason;
      task.emit('task.cancelling', { by: 'dev', reason });
      if (task.state === 'PENDING') task.end('CANCELLED', 'task.cancelled', { reason: 'asked by dev' });
      else setTimeout(() => task.stop.abort(), task.input.ignore_cancel ? 3_000 : 60);
    }
    return { task: name, state: task.state, cancelling };
  }

  input(name, data) {
    const task = this.find(name);
    if (task.state !== 'RUNNING') throw { code: 'conflict', message: 'the task does not run' };
    const offset = this.append(task, 'task.input', { data });
    task.inputs.push(data);
    return { task: name, offset };
  }

  list({ state, kind, limit, after = 0 }) {
    const all = [...this.#tasks.values()]
      .filter((t) => (state === undefined || t.state === state) && (kind === undefined || t.kind === kind))
      .sort((a, b) => b.created_us - a.created_us);
    const end = after + limit;
    return { tasks: all.slice(after, end).map((t) => t.snapshot()), ...(end < all.length ? { next: end } : {}) };
  }

  workers() {
    const served = Object.keys(kinds);
    const running = [...this.#tasks.values()].filter((t) => t.state === 'RUNNING').length;
    const row = (worker, names) => ({ worker, kinds: names, running, capacity: 64, version: '0.1.0', heartbeat_us: Date.now() * 1000 });
    return [row('demo-1', served.filter((k) => k !== 'exec')), row('exec-1', ['exec'])];
  }

  /** Tasks of all states, as if made over the last hours. */
  seed(n) {
    const names = Object.keys(kinds);
    const ends = [
      ['COMPLETED', 'task.completed', { result: { ok: true } }],
      ['COMPLETED', 'task.completed', { result: { n: 12 } }],
      ['FAILED', 'task.failed', { error: { code: 'exit_status', message: 'exit status 2' } }],
      ['CANCELLED', 'task.cancelled', { reason: 'asked by dev' }],
      ['EXPIRED', 'task.expired', {}],
    ];
    for (let i = 0; i < n; i++) {
      const kind = names[(i * 7) % names.length];
      const task = new Task(this, randomUUID().slice(0, 13), { kind });
      task.created_us -= (i + 1) * 41_000_000;
      this.#tasks.set(task.task, task);
      task.emit('task.queued', { kind });
      const end = ends[(i * i + 3 * i) % ends.length];
      Object.assign(task, { worker: 'demo-1', started_us: task.created_us + 400_000, attempt: 1 });
      task.emit('task.progress', { progress: ((i * 37) % 90) / 100, message: kinds[kind].says });
      task.end(...end);
      task.ended_us = task.started_us + (1 + ((i * 53) % 400)) * 100_000;
    }
  }
}
