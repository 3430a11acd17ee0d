import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build, transformWithEsbuild, type Rollup } from 'vite';

export interface Bytes {
  /** What is loaded at once. */
  core: number;
  /** Each part that is loaded when it is needed. */
  later: Record<string, number>;
}

/** How many bytes a browser loads for an entry of `src`, minified and compressed. */
export async function gzippedBytes(entry: string, external: string[] = []): Promise<Bytes> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(new URL(`../../src/${entry}`, import.meta.url)), formats: ['es'] },
      rollupOptions: { external },
    },
  })) as Rollup.RollupOutput[];
  const chunks = built[0]!.output.filter((one) => one.type === 'chunk');
  const at_once = new Set<string>();
  const visit = (file: string) => {
    if (at_once.has(file)) return;
    at_once.add(file);
    chunks.find((one) => one.fileName === file)?.imports.forEach(visit);
  };
  chunks.filter((one) => one.isEntry).forEach((one) => visit(one.fileName));
  const bytes: Bytes = { core: 0, later: {} };
  for (const { fileName, name, code } of chunks) {
    // A library is not minified to the end, because that loses what a bundler needs; a page is.
    const minified = await transformWithEsbuild(code, 'bundle.js', { minify: true, target: 'es2022', sourcemap: false });
    const { length } = gzipSync(minified.code, { level: 9 });
    if (at_once.has(fileName)) bytes.core += length;
    else bytes.later[name] = length;
  }
  return bytes;
}
