import { useConnection } from '@longwire/client/react';
import { Empty } from '../parts/empty';
import { TaskPage } from '../task/task_page';
import { TasksPage } from '../tasks/tasks_page';
import { TryPage } from '../try/try_page';
import { useRoute } from './hooks';
import type { Route } from './route';
import { TokenPanel } from './token_panel';
import { TopBar } from './top_bar';

export function App() {
  const route = useRoute();
  const connection = useConnection();
  const needs_token = connection.kind === 'failed' && connection.why === 'unauthorized';
  return (
    <div className="app">
      <TopBar />
      <main className="main">{needs_token ? <TokenPanel /> : <Page route={route} />}</main>
    </div>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case 'tasks':
      return <TasksPage route={route} />;
    case 'task':
      return <TaskPage key={route.task} route={route} />;
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
