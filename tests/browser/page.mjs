// What a person does and sees on the page.

export const kWaitMs = Number(process.env.LONGWIRE_WAIT_MS ?? 30_000);

/** Opens a page of its own browser context. */
export async function openPage(browser, url, options = {}, watch = undefined) {
  return openTab(await browser.newContext(options), url, watch);
}

/** Opens a page. What its console says of errors is collected in `page.problems`, its open WebSockets in `page.sockets`,
 *  and `page.watched` is what `watch` gives for the page before it loads. */
export async function openTab(context, url, watch = () => undefined) {
  context.setDefaultTimeout(kWaitMs);
  const page = await context.newPage();
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) page.problems.push(message.text());
  });
  page.watched = watch(page);
  page.sockets = new Set();
  page.on('websocket', (socket) => {
    page.sockets.add(socket);
    socket.on('close', () => page.sockets.delete(socket));
  });
  await page.goto(url);
  await connection(page, 'connected');
  return page;
}

/** Waits until the page's own connection is said to be so. */
export async function connection(page, kind) {
  await page.locator(`.top [data-connection="${kind}"]`).waitFor();
}

/** Starts a task through the form and gives its id. */
export async function startTask(page, kind, input) {
  await page.getByRole('button', { name: 'Start a task' }).first().click();
  await page.getByLabel('Kind', { exact: true }).fill(kind);
  await page.getByLabel('Input (JSON)').fill(JSON.stringify(input));
  await page.getByRole('button', { name: 'Start task', exact: true }).click();
  await page.waitForURL(/#\/tasks\/./);
  return decodeURIComponent(page.url().split('#/tasks/')[1]);
}

/** Waits until the task's badge says so. */
export async function taskState(page, state) {
  await page.locator(`.task-head .badge[data-state="${state.toLowerCase()}"]`).waitFor();
}

export async function showTab(page, name) {
  await page.getByRole('tab', { name }).click();
  await page.getByRole('list', { name }).waitFor();
}

/** How many rows the open log or event list has. */
export async function rowCount(page) {
  const row = page.locator('.viewer-rows [role="listitem"]').first();
  return (await row.count()) === 0 ? 0 : Number(await row.getAttribute('aria-setsize'));
}

export async function rowsAtLeast(page, n) {
  await page.waitForFunction(
    (least) => Number(document.querySelector('.viewer-rows [role="listitem"]')?.getAttribute('aria-setsize')) >= least,
    n,
  );
}

/** All rows of the open log or event list, by scrolling through it as a reader would: `{level, text}`, where `text` is
 *  the last cell. Only the rows in sight are in the page, so they are gathered screen by screen. */
export async function allRows(page) {
  const list = page.locator('.viewer-rows');
  const size = await rowCount(page);
  const rows = new Map();
  while (rows.size < size) {
    let next = 1;
    while (rows.has(next)) next++;
    await list.evaluate((box, index) => {
      const row = box.querySelector('[role="listitem"]');
      box.scrollTop = (index - 1) * row.getBoundingClientRect().height;
    }, next);
    await page.waitForFunction((index) => document.querySelector(`.viewer-rows [aria-posinset="${index}"]`) !== null, next);
    for (const row of await list.evaluate((box) =>
      [...box.querySelectorAll('[role="listitem"]')].map((item) => ({
        index: Number(item.getAttribute('aria-posinset')),
        offset: Number(item.dataset.offset),
        level: item.dataset.level,
        type: item.querySelector('.event-type')?.textContent,
        said_type: item.querySelector('.said-type')?.textContent,
        streamed: item.querySelector('.said-text')?.textContent,
        ours: item.classList.contains('said-ours'),
        text: item.lastElementChild.textContent,
      })),
    )) {
      rows.set(row.index, row);
    }
  }
  return [...rows.values()].sort((a, b) => a.index - b.index);
}

/** The `i` of each line of a `demo.count` task, in the order in which the Events tab shows them. */
export async function countedLines(page) {
  const rows = await allRows(page);
  return rows.filter((row) => row.type === 'log').map((row) => JSON.parse(row.text).i);
}

export const oneTo = (n) => Array.from({ length: n }, (_, i) => i + 1);
