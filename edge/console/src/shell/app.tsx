import { useConnection } from '@longwire/client/react';
import { useEffect, useRef } from 'react';
import { AgentsPage } from '../agents/agents_page';
import { Empty } from '../parts/empty';
import { TaskPage } from '../task/task_page';
import { TasksPage } from '../tasks/tasks_page';
import { useRoute } from './hooks';
import { later } from './later';
import type { Route } from './route';
import { TokenPanel } from './token_panel';
import { TopBar } from './top_bar';

// What is needed less often, and draws charts or knows products, comes when it is.
const ClusterPage = later(async () => (await import('../cluster/cluster_page')).ClusterPage);
const SessionsPage = later(async () => (await import('../sessions/sessions_page')).SessionsPage);
const TryPage = later(async () => (await import('../try/try_page')).TryPage);

export function App() {
  const route = useRoute();
  const connection = useConnection();
  const needs_token = connection.kind === 'failed' && connection.why === 'unauthorized';
  const main = useRef<HTMLElement>(null);
  const place = route.page === 'task' ? `task ${route.task}` : route.page;
  const shown = useRef(place);
  // Who goes to another page by keyboard goes on at its beginning, and who listens hears that it is another.
  useEffect(() => {
    if (shown.current === place) return;
    shown.current = place;
    main.current?.focus();
  }, [place]);
  return (
    <div className="app">
      <TopBar />
      <main className="main" id="main" ref={main} tabIndex={-1}>
        {needs_token ? <TokenPanel /> : <Page route={route} />}
      </main>
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'tasks':
      return <TasksPage route={route} />;
    case 'task':
      return <TaskPage key={route.task} route={route} />;
    case 'agents':
      return <AgentsPage />;
    case 'sessions':
      return <SessionsPage chosen={route.session} />;
    case 'cluster':
      return <ClusterPage />;
    case 'try':
      return <TryPage id={route.dialect} />;
    case 'unknown':
      return (
        <Empty title="There is no such page">
          <a href="#/">All tasks</a>
        </Empty>
      );
  }
}
