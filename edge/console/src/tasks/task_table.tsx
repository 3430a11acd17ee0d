import { isOver, type TaskView } from '@longwire/client/task';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { VirtualList } from '../parts/virtual_list';
import { useMedia, useNow } from '../shell/hooks';
import { BulkBar } from './bulk_bar';
import { Row, tick } from './task_row';

const kRowPx = 44;
const kCardPx = 92;
const kColumns = ['State', 'Kind', 'Id', 'Progress', 'Message', 'Worker', 'Duration', 'Age'];

interface Props {
  rows: readonly TaskView[];
  /** Below the last row, however many there are. */
  footer: ReactNode;
  /** Instead of rows; null where there are some. */
  empty: ReactNode;
}

/** Tasks as rows, or as cards where it is narrow, and what can be done with those that are selected. */
export function TaskTable({ rows, footer, empty }: Props) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const is_narrow = useMedia('(max-width: 760px)');
  const now = useNow();
  const going = useMemo(() => rows.filter((row) => !isOver(row.state)).map(({ task }) => task), [rows]);
  const picked = useMemo(() => going.filter((task) => chosen.has(task)), [going, chosen]);
  const choose = useCallback((task: string, is_chosen: boolean) => {
    setChosen((before) => {
      const next = new Set(before);
      if (is_chosen) next.add(task);
      else next.delete(task);
      return next;
    });
  }, []);
  const render = (i: number) => {
    const row = rows[i]!;
    const is_chosen = chosen.has(row.task) && !isOver(row.state);
    return <Row key={row.task} view={row} index={i} now_s={tick(row, now)} narrow={is_narrow} is_chosen={is_chosen} onChoose={choose} />;
  };
  return (
    <div className="table">
      {/* Without rows, of which the head is one, it is no table. */}
      <div className="table-rows" {...(rows.length > 0 || !is_narrow ? { role: 'table', 'aria-label': 'Tasks', 'aria-rowcount': rows.length } : {})}>
        {!is_narrow && <Head going={going} picked={picked} onChoose={(tasks) => setChosen(new Set(tasks))} />}
        {empty ?? (
          <VirtualList
            className="table-body"
            role="rowgroup"
            label="Tasks"
            count={rows.length}
            row_px={is_narrow ? kCardPx : kRowPx}
            footer={footer}
            render={render}
          />
        )}
      </div>
      {picked.length > 0 && <BulkBar tasks={picked} onDone={() => setChosen(new Set())} />}
    </div>
  );
}

interface HeadProps {
  /** Those that can be selected, and those that are. */
  going: readonly string[];
  picked: readonly string[];
  onChoose: (tasks: readonly string[]) => void;
}

function Head({ going, picked, onChoose }: HeadProps) {
  return (
    <div role="rowgroup">
      <div className="row row-head" role="row">
        <span role="columnheader" className="cell-choice">
          <input
            type="checkbox"
            aria-label="Select all that have not ended"
            disabled={going.length === 0}
            checked={picked.length > 0 && picked.length === going.length}
            ref={(box) => {
              if (box !== null) box.indeterminate = picked.length > 0 && picked.length < going.length;
            }}
            onChange={(event) => onChoose(event.target.checked ? going : [])}
          />
        </span>
        {kColumns.map((name) => (
          <span key={name} role="columnheader" className={name === 'Duration' || name === 'Age' ? 'right' : ''}>
            {name}
          </span>
        ))}
        <span role="columnheader">
          <span className="hidden">Actions</span>
        </span>
      </div>
    </div>
  );
}
