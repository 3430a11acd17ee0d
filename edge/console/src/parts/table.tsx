import { useId } from 'react';

interface Row {
  key: string;
  /** What is not as it should be. */
  mark?: string | undefined;
  about?: string;
  /** All but the first column, which is the row's key. */
  cells: readonly string[];
}

interface Props {
  title: string;
  columns: readonly string[];
  rows: readonly Row[];
}

/** A small table that scrolls sideways where it is too wide. */
export function Table({ title, columns, rows }: Props) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className="grid-scroll" tabIndex={0} role="region" aria-labelledby={id}>
        <table className="grid" aria-labelledby={id}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, mark, about, cells }) => (
              <tr key={key}>
                <th scope="row" title={about}>
                  {key}
                  {mark !== undefined && <span className="mark">{mark}</span>}
                </th>
                {cells.map((cell, i) => (
                  <td key={columns[i + 1]} className="number">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
