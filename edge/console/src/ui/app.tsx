import { useConnection, useRoute } from './session';
import { TaskListPage } from './task_list_page';
import { TaskPage } from './task_page';
import { TokenPanel, TopBar } from './top_bar';
import { Empty } from './bits';

export function App() {
  const route = useRoute();
  const { kind } = useConnection();
  return (
    <div className="app">
      <TopBar />
      <main className="main">
        {kind === 'unauthorized' ? (
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
