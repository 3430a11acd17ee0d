const kPaths = {
  back: 'M10 3.5 5.5 8l4.5 4.5',
  plus: 'M8 3.5v9M3.5 8h9',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.3-1.2 3.2 3.2',
  stop: 'M5 5h6v6H5Z',
  close: 'm4.5 4.5 7 7m0-7-7 7',
  down: 'M8 3.5v8.5m-3.5-3.5L8 12l3.5-3.5',
  up: 'M8 12.5V4m-3.5 3.5L8 4l3.5 3.5',
  save: 'M8 2.5V10m-3-3 3 3 3-3M3 13h10',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8Z',
  link: 'M6.5 9.5 9.5 6.5M7 4.5l1.5-1.5a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3.2 3.2 0 0 1 3 8.5L4.5 7',
  play: 'M5 3.5v9l7-4.5Z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  before: 'M11 3.5v9L5.5 8Zm-6 0v9',
  after: 'M5 3.5v9L10.5 8Zm6 0v9',
  check: 'm3.5 8.5 3 3 6-7',
  system: 'M2.5 3.5h11v7.5h-11ZM6 13.5h4',
  light:
    'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2' +
    'M3.4 3.4l.85.85M11.75 11.75l.85.85M3.4 12.6l.85-.85M11.75 4.25l.85-.85',
  dark: 'M13.2 9.8A5.700 5.700 0 0 1 6.2 2.8a5.700 5.700 0 1 0 7 7Z',
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={kPaths[name]} />
    </svg>
  );
}
