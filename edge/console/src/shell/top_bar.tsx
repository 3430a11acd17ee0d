import { useConnection } from '@longwire/client/react';
import { Icon } from '../parts/icon';
import { ConnectionBadge } from './connection_badge';
import { useRoute } from './hooks';
import { tasksHref, tryHref, type Route } from './route';
import { kThemes, useTheme } from './theme';

const kPlaces: { words: string; href: string; pages: Route['page'][] }[] = [
  { words: 'Tasks', href: tasksHref(), pages: ['tasks', 'task'] },
  { words: 'Agents', href: '#/agents', pages: ['agents'] },
  { words: 'Sessions', href: '#/sessions', pages: ['sessions'] },
  { words: 'Cluster', href: '#/cluster', pages: ['cluster'] },
  { words: 'Try it', href: tryHref(), pages: ['try'] },
];

export function TopBar() {
  const connection = useConnection();
  const { page } = useRoute();
  const hello = connection.kind === 'connected' ? connection.hello : null;
  return (
    <header className="top">
      <a className="brand" href="#/" aria-label="Longwire, all tasks">
        <svg viewBox="0 0 28 20" aria-hidden="true">
          <path d="M1 11h5l3-8 6 14 4-9 2 3h6" />
        </svg>
        <span className="brand-name">Longwire</span>
      </a>
      <nav className="places" aria-label="Pages">
        {kPlaces.map(({ words, href, pages }) => (
          <a key={href} className="place" href={href} aria-current={pages.includes(page) ? 'page' : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <div className="top-space" />
      {hello !== null && (
        <span className="top-who" title={`Served by ${hello.edge}`}>
          {hello.user} @ {hello.realm}
        </span>
      )}
      <ConnectionBadge />
      <ThemeButton />
    </header>
  );
}

function ThemeButton() {
  const [theme, choose] = useTheme();
  const next = kThemes[(kThemes.indexOf(theme) + 1) % kThemes.length]!;
  const words = `Colours: ${theme}. Change to ${next}`;
  return (
    <button type="button" className="button button-quiet button-icon" aria-label={words} title={words} onClick={() => choose(next)}>
      <Icon name={theme} />
    </button>
  );
}
