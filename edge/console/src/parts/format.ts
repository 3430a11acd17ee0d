const two = (n: number): string => String(n).padStart(2, '0');

/** "14:03:09" of the reader's day. */
export function clockTime(time_us: number): string {
  const t = new Date(time_us / 1000);
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

/** "14:03:09.123" */
export function clockTimeMs(time_us: number): string {
  return `${clockTime(time_us)}.${String(Math.floor(time_us / 1000) % 1000).padStart(3, '0')}`;
}

/** The whole date and time, for tooltips and details. */
export function dateTime(time_us: number): string {
  return new Date(time_us / 1000).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** "340 ms", "4.2 s", "3 m 05 s", "2 h 10 m", "5 d 3 h" */
export function duration(us: number): string {
  const ms = Math.max(0, us / 1000);
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const s = ms / 1_000;
  if (s < 60) return `${s < 10 ? (Math.floor(s * 10) / 10).toFixed(1) : Math.floor(s)} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} m ${two(Math.floor(s % 60))} s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${two(Math.floor((s % 3_600) / 60))} m`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

/** "now", "12 s ago", "3 m ago", "2 h ago", "5 d ago" */
export function ago(us: number): string {
  const s = us / 1_000_000;
  if (s < 2) return 'now';
  if (s < 60) return `${Math.floor(s)} s ago`;
  if (s < 3_600) return `${Math.floor(s / 60)} m ago`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ago`;
  return `${Math.floor(s / 86_400)} d ago`;
}

export const count = (n: number): string => n.toLocaleString('en');

export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`;

/** A value as people read it: text as it is, all else as indented JSON. */
export function pretty(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}

/** "0:07.3", "1:02:03.4": a place in time, whose parts do not move as it runs. */
export function stopwatch(us: number): string {
  const tenths = Math.floor(Math.max(0, us) / 100_000);
  const s = Math.floor(tenths / 10);
  const hours = Math.floor(s / 3_600);
  const minutes = Math.floor(s / 60) % 60;
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(s % 60)}.${tenths % 10}`;
}

/** "7", "1.2k", "3.4M" */
export function shortNumber(n: number): string {
  if (n >= 999_500) return `${(n / 1_000_000).toFixed(1)}M`;
  if (n >= 1_000) return `${(n / 1_000).toFixed(1)}k`;
  return n === 0 || n >= 10 ? String(Math.round(n)) : n.toFixed(1).replace(/\.0$/, '');
}

/** "512 B", "1.5 kB", "34 MB" */
export function bytes(n: number): string {
  if (n < 1_000) return `${Math.round(n)} B`;
  const [value, unit] = n < 1_000_000 ? [n / 1_000, 'kB'] : [n / 1_000_000, 'MB'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
