import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Client } from './client';
import { TaskList } from './model/task_list';
import { App } from './ui/app';
import { parseRoute } from './ui/route';
import { SessionContext, type Session } from './ui/session';
import './style/base.css';
import './style/parts.css';
import './style/drawer.css';
import './style/shell.css';
import './style/list.css';
import './style/task.css';
import './style/small.css';

const kTokenKey = 'longwire.token';

/** The token, in the browser's storage where that is allowed, else only in this page. */
let token_here: string | undefined;

function getToken(): string | undefined {
  try {
    return localStorage.getItem(kTokenKey) ?? token_here;
  } catch {
    return token_here;
  }
}

function keepToken(token: string): void {
  token_here = token;
  try {
    localStorage.setItem(kTokenKey, token);
  } catch {
    // A browser that stores nothing: the token lives as long as the page.
  }
}

/** A token in the address moves to the browser's storage: an address is easily shared. */
function takeTokenFromAddress(): boolean {
  const { hash } = window.location;
  const { token } = parseRoute(hash);
  if (token === null) return false;
  keepToken(token);
  window.history.replaceState(null, '', hash.split('?')[0]);
  return true;
}

takeTokenFromAddress();

const url = new URL('/v1/ws', window.location.href);
url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
url.hash = '';

const client = new Client({
  url: url.href,
  name: 'longwire-console',
  getToken,
});

const session: Session = {
  client,
  list: new TaskList(client),
  setToken: (token) => {
    keepToken(token);
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

window.addEventListener('hashchange', () => {
  if (takeTokenFromAddress()) client.retry();
});

client.connect();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <SessionContext.Provider value={session}>
      <App />
    </SessionContext.Provider>
  </StrictMode>,
);
