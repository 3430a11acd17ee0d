/** Where a text stops being JSON; `line` and `column` count from 1, `at` is the index into the text. */
export interface JsonError {
  at: number;
  line: number;
  column: number;
  message: string;
}

export type JsonResult = { ok: true; value: unknown } | { ok: false; error: JsonError };

class Stop extends Error {
  constructor(
    readonly at: number,
    message: string,
  ) {
    super(message);
  }
}

const kDepthMax = 64;

/** Parses JSON and names the place of an error, which `JSON.parse` does differently, or not at all, in each browser. */
export function parseJson(text: string): JsonResult {
  try {
    check(text);
    return { ok: true, value: JSON.parse(text) };
  } catch (thrown) {
    const at = thrown instanceof Stop ? thrown.at : text.length;
    const before = text.slice(0, at).split('\n');
    const error = {
      at,
      line: before.length,
      column: before[before.length - 1]!.length + 1,
      message: thrown instanceof Error ? thrown.message : String(thrown),
    };
    return { ok: false, error };
  }
}

function check(text: string): void {
  let at = 0;
  const space = () => {
    while (' \t\n\r'.includes(text[at] ?? 'x')) at++;
  };
  const stop = (expected: string): never => {
    throw new Stop(at, at >= text.length ? `the text ends, expected ${expected}` : `expected ${expected}`);
  };
  const string = (what: string) => {
    if (text[at] !== '"') stop(what);
    const begin = at++;
    for (;;) {
      const c = text[at];
      if (c === undefined || c === '\n') throw new Stop(begin, 'this string is not closed');
      if (c === '"') break;
      if (c < ' ') stop('no control character in a string');
      if (c === '\\') {
        at++;
        if (text[at] === 'u') {
          if (!/^[0-9a-fA-F]{4}$/.test(text.slice(at + 1, at + 5))) stop('four hex digits after \\u');
          at += 4;
        } else if (!'"\\/bfnrt'.includes(text[at] ?? 'x')) {
          stop('one of " \\ / b f n r t u after \\');
        }
      }
      at++;
    }
    at++;
  };
  const items = (close: string, item: () => void) => {
    at++;
    space();
    if (text[at] === close) return void at++;
    for (;;) {
      item();
      space();
      if (text[at] === close) return void at++;
      if (text[at] !== ',') stop(`a comma or ${close}`);
      at++;
      space();
    }
  };
  const value = (depth: number): void => {
    if (depth > kDepthMax) stop(`at most ${kDepthMax} levels`);
    space();
    const c = text[at];
    if (c === '{') {
      items('}', () => {
        string('a name in double quotes');
        space();
        if (text[at] !== ':') stop('a colon');
        at++;
        value(depth + 1);
      });
    } else if (c === '[') {
      items(']', () => value(depth + 1));
    } else if (c === '"') {
      string('a string');
    } else {
      const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/.exec(text.slice(at, at + 400));
      if (word === null) stop('a value');
      at += word![0].length;
    }
  };
  value(0);
  space();
  if (at < text.length) stop('nothing more');
}
