import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import type { Plugin } from 'vite'

/** Browsers load no modules from files on disk, and this page should open from there as well: a plain script does. */
const plainScript: Plugin = {
  name: 'plain-script',
  enforce: 'post',
  transformIndexHtml: (html) =>
    html.replace('<script type="module" crossorigin', '<script defer').replace('crossorigin ', ''),
}

/** The planner: one page beside the console, with nothing of it but its looks. Runs after the console's own build. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react(), tailwindcss(), plainScript],
  resolve: { conditions: ['@sluice/source'] },
  build: {
    emptyOutDir: false,
    copyPublicDir: false,
    assetsDir: 'planner',
    assetsInlineLimit: 0,
    modulePreload: false,
    // A style sheet of its own: the server's policy lets no script write styles.
    cssCodeSplit: false,
    rolldownOptions: { input: 'planner.html', output: { format: 'iife' } },
  },
})
