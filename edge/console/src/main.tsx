import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Client } from './client';
import { TaskList } from './model/task_list';
import { App } from './ui/app';
import { parseRoute } from './ui/route';
import { SessionContext, type Session } from './ui/session';
import './style/base.css';
import './style/parts.css';
import './style/pages.css';

const kTokenKey = 'longwire.token';

/** A token in the address moves to the browser's storage: an address is easily shared. */
function takeTokenFromAddress(): void {
  const { hash } = window.location;
  const { token } = parseRoute(hash);
  if (token === null) return;
  localStorage.setItem(kTokenKey, token);
  window.history.replaceState(null, '', hash.split('?')[0]);
}

takeTokenFromAddress();
window.addEventListener('hashchange', takeTokenFromAddress);

const url = new URL('/v1/ws', window.location.href);
url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
url.hash = '';

const client = new Client({
  url: url.href,
  name: 'longwire-console',
  getToken: () => localStorage.getItem(kTokenKey) ?? undefined,
});

const session: Session = {
  client,
  list: new TaskList(client),
  setToken: (token) => {
    localStorage.setItem(kTokenKey, token);
    client.retry();
  },
};

// A network that comes or goes, and a lid that opens, are moments to look whether the connection still lives.
const look = () => client.checkLiveness();
window.addEventListener('online', look);
window.addEventListener('offline', look);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) look();
});

client.connect();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionContext.Provider value={session}>
      <App />
    </SessionContext.Provider>
  </StrictMode>,
);
