import { readFile, stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

type StaticFile = (request: Request) => Promise<Response | null>

/** What is there without a key: the documentation under `/docs`, and everywhere else the console. */
export function serveStatic({ consoleFolder, docsFolder }: Record<'consoleFolder' | 'docsFolder', string>): StaticFile {
  const [consoleFile, docsFile] = [serveConsole(consoleFolder), serveDocs(docsFolder)]
  return (request) => (/^\/docs(\/|$)/.test(new URL(request.url).pathname) ? docsFile(request) : consoleFile(request))
}

/** Its links are relative, so its first page must be seen with a slash at the end. */
function serveDocs(folder: string): StaticFile {
  return async (request) => {
    const name = new URL(request.url).pathname.slice('/docs'.length)
    if (name === '') return new Response(null, { status: 308, headers: { location: '/docs/' } })
    const path = fileOf(folder, name === '/' ? '/index.html' : name)
    const file = path === null ? null : await readIfFile(path)
    if (path !== null && file) return fileResponse(path, file)
    return name === '/' ? notBuilt('documentation') : null
  }
}

/** The built console: its files, pages by their bare names, and its first page for every address that only the browser knows. */
function serveConsole(folder: string): StaticFile {
  return async (request) => {
    const path = fileOf(folder, new URL(request.url).pathname)
    for (const each of path === null ? [] : [path, `${path}.html`]) {
      const file = await readIfFile(each)
      if (file) return fileResponse(each, file)
    }
    // A missing picture or script must not come back as a page; a flag or model with a dot in its name is no file.
    if (path === null || (extname(path) !== '' && !asksForPage(request))) return null
    const page = await readIfFile(join(folder, 'index.html'))
    return page ? fileResponse('index.html', page) : notBuilt('console')
  }
}

const asksForPage = (request: Request): boolean => (request.headers.get('accept') ?? '').includes('text/html')

/** The file an address stands for; null when it would lie outside of the folder. */
function fileOf(folder: string, pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (decoded.includes('\0')) return null
  const path = normalize(join(folder, decoded))
  return path === folder || path.startsWith(folder + sep) ? path : null
}

export async function readIfFile(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    if (!(await stat(path)).isFile()) return null
    return new Uint8Array(await readFile(path))
  } catch {
    return null
  }
}

function fileResponse(path: string, file: Uint8Array<ArrayBuffer>): Response {
  // Vite puts a hash of the content into the name of everything under assets/.
  const isHashed = path.includes(`${sep}assets${sep}`)
  return new Response(file, {
    headers: {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  })
}

function notBuilt(what: 'console' | 'documentation'): Response {
  const text = `The ${what} is not built here. Run "npm run build", then load this page again. The API works without it.\n`
  return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
