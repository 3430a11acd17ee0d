import { randomId } from '@longwire/client';
import {
  connectCoordination,
  connectGuide,
  connectStream,
  connectTask,
  connectTracking,
  createTask,
  type TaskConnection,
} from '@longwire/client/dialects';
import { agui } from './agui';
import { listen, type Dialect } from './dialect';

const stream: Dialect = {
  id: 'stream',
  title: 'Stream',
  path: '/ws/stream',
  about: 'A chat whose steps and words are seen live, and that can be cancelled at any time.',
  asks: 'Message',
  first: 'What is six times seven? @seconds=6',
  button: 'Send',
  open(opening) {
    const chat = connectStream('/', { token: opening.token });
    const say = listen(chat, opening);
    return {
      connection: () => chat,
      say: (message) => say({ type: 'chat', payload: { message } }),
      more: [{ words: 'Cancel', run: () => say({ type: 'cancel', payload: {} }) }],
      close: () => chat.close(),
    };
  },
};

const sessions: Dialect = {
  id: 'sessions',
  title: 'Sessions',
  path: '/api/ws/guide',
  about: 'A user talks with the guide, in a session that outlives its connections and edges.',
  asks: 'Message',
  first: 'Where do I begin?',
  button: 'Send',
  open(opening) {
    const guide = connectGuide('/', { session_token: opening.token() ?? `try-${randomId().slice(0, 8)}` });
    const say = listen(guide, opening);
    return {
      connection: () => guide,
      say: (message) => say({ type: 'user_message', message, message_id: randomId() }),
      more: [{ words: 'Answer a question', run: () => say({ type: 'question_answer', message: 'yes' }) }],
      close: () => guide.close(),
    };
  },
};

const coordination: Dialect = {
  id: 'coordination',
  title: 'Coordination',
  path: '/ws/v1/coordination/{agent_id}',
  about: 'Two agents in one room. What the one says, the other one hears.',
  asks: 'Broadcast',
  first: 'The build is green.',
  button: 'Broadcast as one',
  open(opening) {
    const suffix = randomId().slice(0, 4);
    const [one, two] = [`TRY-ONE-${suffix}`, `TRY-TWO-${suffix}`].map((id) => connectCoordination('/', id, { token: opening.token })) as [
      ReturnType<typeof connectCoordination>,
      ReturnType<typeof connectCoordination>,
    ];
    const sayOne = listen(one, opening, one.agent_id);
    const sayTwo = listen(two, opening, two.agent_id);
    const to = (recipient: string) => ({ recipient, message_id: randomId() });
    return {
      connection: () => one,
      say: (message) => sayOne({ type: 'broadcast', payload: { message }, metadata: to('*') }),
      more: [
        { words: 'The other answers', run: () => sayTwo({ type: 'status_update', payload: { status: 'working', progress: 0.5 }, metadata: to(one.agent_id) }) },
        { words: 'Hand over', run: () => sayOne({ type: 'handoff', payload: { task_id: 'try', to: two.agent_id }, metadata: to(two.agent_id) }) },
      ],
      close: () => [one, two].forEach((agent) => agent.close()),
    };
  },
};

const tracking: Dialect = {
  id: 'tracking',
  title: 'Tracking',
  path: '/ws/agent-tracking/{client_id}',
  about: 'A dashboard follows all agents and sessions. Start a task elsewhere, or name a session here.',
  asks: 'Session',
  first: '',
  button: 'Ask for its state',
  open(opening) {
    const board = connectTracking('/', { token: opening.token });
    const say = listen(board, opening);
    const newest = () => board.sessions[0]?.session_id ?? 'none';
    return {
      connection: () => board,
      say: (session_id) => say({ type: 'get_session_state', session_id: session_id.trim() || newest() }),
      more: [
        { words: 'Its logs', run: () => say({ type: 'get_session_logs', session_id: newest() }) },
        { words: 'Stream its logs', run: () => say({ type: 'start_log_streaming', session_id: newest() }) },
        { words: 'Stop', run: () => say({ type: 'stop_log_streaming' }) },
      ],
      close: () => board.close(),
    };
  },
};

const tasks: Dialect = {
  id: 'tasks',
  title: 'Tasks',
  path: '/ws/tasks/{task_id}',
  about: 'A browser makes a task, which runs as soon as it is watched, and follows it to its end.',
  asks: 'Requirement',
  first: 'A logo for a bakery',
  button: 'Make and follow',
  open(opening) {
    const { transcript, changed, token } = opening;
    let task: TaskConnection | null = null;
    return {
      connection: () => task,
      say: async (requirement) => {
        task?.close();
        transcript.add('', true, 'POST /api/tasks', { requirement });
        const made = await createTask('/', { requirement });
        transcript.add('', false, '201', made);
        task = connectTask('/', made.task_id, { token });
        task.onMessage((message) => transcript.add('', false, message.type, message));
        task.onState(changed);
        changed();
      },
      more: [
        {
          words: 'Cancel',
          run: async () => {
            if (task === null) return;
            transcript.add('', true, `POST /api/tasks/${task.task_id}/cancel`, {});
            transcript.add('', false, '202', await task.cancel());
          },
        },
      ],
      close: () => task?.close(),
    };
  },
};

export const kDialects: readonly Dialect[] = [stream, agui, tasks, sessions, tracking, coordination];
