import { expect, it } from 'vitest';
import { AgentWatch, boardOf, foldBoard, kEmptyBoard, type AgentBoard } from './agent_board';
import { eventOf, settled, snapshotOf } from './testing';

const shown = (board: AgentBoard) =>
  [...board].map(([task, { kind, agents }]) => [task, kind, [...agents.values()].map(({ agent, status, message }) => [agent, status, message])]);

it('follows who works on what, until the task ends', () => {
  const events = [
    eventOf(1, 'task.queued', { kind: 'team' }),
    eventOf(2, 'task.started', {}),
    eventOf(3, 'agent.status', { agent: 'A', status: 'ANALYZING', message: 'reads' }),
    eventOf(4, 'agent.step', { agent: 'A', status: 'working', message: 'plans' }),
    eventOf(5, 'log', { agent: 'B' }),
  ];
  const board = events.reduce(foldBoard, kEmptyBoard);
  expect(shown(board)).toEqual([['a', 'team', [['A', 'ANALYZING', 'plans']]]]);
  expect(shown(foldBoard(board, eventOf(6, 'task.started', {})))).toEqual([['a', 'team', []]]);
  expect(shown(foldBoard(board, eventOf(6, 'task.completed')))).toEqual([]);
  expect(foldBoard(board, eventOf(6, 'text.delta'))).toBe(board);
});

it('begins with what snapshots know', () => {
  const agent = { agent: 'A', agent_id: null, status: 'IDLE', progress: null, message: null };
  expect(shown(boardOf([snapshotOf('t', { agents: [agent] })]))).toEqual([['t', 'demo.count', [['A', 'IDLE', '']]]]);
});

it('lists again when something was missed', async () => {
  let listed = 0;
  let missed = () => undefined as void;
  const client = {
    tasks: async () => ({ tasks: [snapshotOf(`t${++listed}`)] }),
    subscribe: (_: string, { onMissed }: { onMissed: () => void }) => {
      missed = onMissed;
      return { ready: Promise.resolve(), close: () => undefined };
    },
  } as never;
  const watch = new AgentWatch(client, (run) => run());
  watch.open();
  await settled();
  expect([...watch.board.keys()]).toEqual(['t1']);
  missed();
  await settled();
  expect([...watch.board.keys()]).toEqual(['t2']);
});
