import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `npm run dev` finds an edge.
const edge = process.env.LONGWIRE_URL ?? 'http://127.0.0.1:8080';

const client = (module: string) => fileURLToPath(new URL(`../../clients/typescript/src/${module}`, import.meta.url));

export default defineConfig({
  // Relative paths: the edge may serve the page below any prefix.
  base: './',
  plugins: [react()],
  resolve: {
    // The client is taken as it stands in the project, so that the page never has an older one than its edge. The types
    // find it by the same names in tsconfig.json.
    alias: [
      { find: '@longwire/client/dialects', replacement: client('products/index.ts') },
      { find: '@longwire/client/react', replacement: client('react/index.ts') },
      { find: '@longwire/client/task', replacement: client('task/index.ts') },
      { find: '@longwire/client', replacement: client('index.ts') },
    ],
    // Its folder may have a React of its own, for its tests.
    dedupe: ['react', 'react-dom'],
  },
  build: {
    target: 'es2020',
    // Assets stay files: a strict Content-Security-Policy (default-src 'self') refuses data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    fs: { allow: ['../..'] },
    proxy: { '/v1': { target: edge, ws: true }, '/api': { target: edge, ws: true }, '/ws': { target: edge, ws: true }, '/agui': edge, '/metrics': edge },
  },
});
