import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { shownIn } from '../support/readme';

const root = fileURLToPath(new URL('../..', import.meta.url));
const versions = (JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> })
  .devDependencies;
const run = async (cwd: string, program: string, ...words: string[]) =>
  (await promisify(execFile)(program, words, { cwd, maxBuffer: 1 << 26 })).stdout;
let app: string;

/** A fresh app of Vite, with the package as npm would install it. */
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'longwire-app-'));
  await run(root, 'npm', 'pack', '--silent', '--pack-destination', app);
  const tarball = (await readdir(app)).find((file) => file.endsWith('.tgz'))!;
  const of = (...names: string[]) => Object.fromEntries(names.map((name) => [name, versions[name]!]));
  const files: Record<string, string> = {
    'package.json': JSON.stringify({
      name: 'app',
      private: true,
      type: 'module',
      dependencies: { '@longwire/client': `file:${tarball}`, ...of('react', 'react-dom') },
      devDependencies: of('@types/node', '@types/react', '@types/react-dom', 'typescript', 'vite'),
      overrides: { rollup: '4.67.4' },
    }),
    'index.html': '<main id="root"></main><script type="module" src="/src/main.tsx"></script>',
    'src/main.tsx': `${shownIn('tsx')[0]!}
import { createRoot } from 'react-dom/client';
createRoot(document.getElementById('root')!).render(<App />);
`,
    // The other examples are only looked at by the compiler.
    ...Object.fromEntries(shownIn('ts').map((code, i) => [`src/example_${i + 1}.ts`, code])),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2022',
        lib: ['ES2022', 'DOM', 'DOM.Iterable'],
        module: 'ESNext',
        moduleResolution: 'Bundler',
        jsx: 'react-jsx',
        strict: true,
        noEmit: true,
        types: ['node'],
      },
      include: ['src'],
    }),
  };
  await mkdir(join(app, 'src'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(app, name), text);
  await run(app, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--silent');
}, 180_000);

afterAll(() => rm(app, { recursive: true, force: true }));

it('an app that uses it compiles and is built, with what is rarely needed in files of their own', async () => {
  await run(app, 'npx', 'tsc');
  await run(app, 'npx', 'tsc', '--module', 'NodeNext', '--moduleResolution', 'NodeNext');
  await run(app, 'npx', 'vite', 'build');
  const built = await readdir(join(app, 'dist/assets'));
  for (const part of ['index', 'sse_transport', 'msgpack_codec', 'tabs']) {
    expect(built.filter((file) => file.startsWith(part) && file.endsWith('.js')), part).toHaveLength(1);
  }
}, 180_000);

it('Node imports all of its entries', async () => {
  const script = `
    const core = await import('@longwire/client');
    const dialects = await import('@longwire/client/dialects');
    const react = await import('@longwire/client/react');
    const task = await import('@longwire/client/task');
    console.log([core.connect, dialects.connectTask, react.useTask, task.foldTask].map((one) => typeof one).join());
  `;
  expect(await run(app, 'node', '--input-type=module', '-e', script)).toBe('function,function,function,function\n');
});

it('it brings nothing along', async () => {
  const installed = JSON.parse(await readFile(join(app, 'node_modules/@longwire/client/package.json'), 'utf8')) as object;
  expect(installed).not.toHaveProperty('dependencies');
  const files = await readdir(join(app, 'node_modules/@longwire/client'));
  expect(files.sort()).toEqual(['README.md', 'dist', 'package.json']);
});
