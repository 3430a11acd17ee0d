import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where `npm run dev` finds an edge: a real one, or `npm run mock`.
const edge = process.env.LONGWIRE_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Relative paths: the edge may serve the page below any prefix.
  base: './',
  plugins: [react()],
  build: {
    target: 'es2020',
    // Assets stay files: a strict Content-Security-Policy (default-src 'self') refuses data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/v1': { target: edge, ws: true } } },
});
