import { useConnection } from '@longwire/client/react';
import { Empty } from './bits';
import { useRoute } from './session';
import { TaskListPage } from './task_list_page';
import { TaskPage } from './task_page';
import { TokenPanel, TopBar } from './top_bar';

export function App() {
  const route = useRoute();
  const connection = useConnection();
  return (
    <div className="app">
      <TopBar />
      <main className="main">
        {connection.kind === 'failed' && connection.why === 'unauthorized' ? (
          <TokenPanel />
        ) : route.page === 'tasks' ? (
          <TaskListPage />
        ) : route.page === 'task' ? (
          <TaskPage key={route.task} task={route.task} />
        ) : (
          <Empty title="There is no such page">
            <a href="#/">All tasks</a>
          </Empty>
        )}
      </main>
    </div>
  );
}
