import { connect } from '@longwire/client';
import { LongwireProvider } from '@longwire/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { TaskList } from './model/task_list';
import { App } from './shell/app';
import { SessionContext, type Session } from './shell/hooks';
import { parseRoute } from './shell/route';
import './style/base.css';
import './style/parts.css';
import './style/drawer.css';
import './style/shell.css';
import './style/list.css';
import './style/task.css';
import './style/overview.css';
import './style/side.css';
import './style/scrub.css';
import './style/try.css';
import './style/boards.css';
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

// Tabs share a connection with those of the same user.
const client = connect('/', { name: 'longwire-console', token: getToken, tabs: `longwire-console ${getToken() ?? ''}` });

const session: Session = {
  list: new TaskList(client),
  list_href: '#/',
  token: getToken,
  setToken: (token) => {
    keepToken(token);
    client.retry();
  },
};

window.addEventListener('hashchange', () => {
  // Another token may be of another user, to whom nothing of what is here belongs.
  if (takeTokenFromAddress()) window.location.reload();
});

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <LongwireProvider client={client}>
      <SessionContext.Provider value={session}>
        <App />
      </SessionContext.Provider>
    </LongwireProvider>
  </StrictMode>,
);
