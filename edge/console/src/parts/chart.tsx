import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { clockTime } from './format';

export interface Line {
  label: string;
  /** A colour of the page, such as "--running". */
  colour: string;
  values: readonly (number | null)[];
}

interface Props {
  title: string;
  /** Of the values, in milliseconds since 1970. */
  times_ms: readonly number[];
  lines: readonly Line[];
  format: (value: number) => string;
  /** The axis shows at least so much. */
  least?: number;
}

const kHeightPx = 132;

/** Lines over the last minutes. What the newest values are is also told in words. */
export function Chart({ title, times_ms, lines, format, least = 1 }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shape = lines.map(({ label, colour }) => `${label} ${colour}`).join();

  useEffect(() => {
    const element = box.current!;
    // Custom properties are resolved each time a line is drawn, so that colours follow the page's.
    const colour = (name: string) => () => resolved(element, name);
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '11px sans-serif' };
    const one = new uPlot(
      {
        width: element.clientWidth,
        height: kHeightPx,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 4, 0, 0],
        scales: { y: { range: (_, __, max) => [0, Math.max(least, max * 1.15)] } },
        axes: [
          { ...axis, space: 90, size: 26, values: (_, splits) => splits.map((s) => clockTime(s * 1_000_000)) },
          { ...axis, size: 52, space: 30, values: (_, splits) => splits.map(format) },
        ],
        series: [{}, ...lines.map((line) => ({ label: line.label, stroke: colour(line.colour), width: 1.5, points: { show: false } }))],
      },
      [[], ...lines.map(() => [])],
      element,
    );
    plot.current = one;
    const observer = new ResizeObserver(() => one.setSize({ width: element.clientWidth, height: kHeightPx }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      one.destroy();
      plot.current = null;
    };
    // The lines' shape is all of them that the plot is made of; `format` stays the same.
  }, [shape, format, least]);

  useEffect(() => {
    plot.current?.setData([times_ms.map((ms) => ms / 1_000), ...lines.map(({ values }) => [...values])]);
  }, [shape, times_ms, lines]);

  return (
    <figure className="panel chart">
      <figcaption>
        <h2>{title}</h2>
        <ul className="chart-lines">
          {lines.map(({ label, colour, values }) => (
            <li key={label}>
              <span className="chart-key" style={{ background: `var(${colour})` }} aria-hidden="true" />
              {label} <strong className="number">{newest(values, format)}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} aria-hidden="true" />
    </figure>
  );
}

function newest(values: readonly (number | null)[], format: (value: number) => string): string {
  const last = values[values.length - 1];
  return last == null ? '–' : format(last);
}

/** `light-dark()` and the like as a colour that a canvas takes. */
function resolved(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
