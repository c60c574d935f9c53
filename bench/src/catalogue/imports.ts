import type { Figure } from './figure.ts'
import { type BenchServer, files, importFile, startServer } from './served-catalogue.ts'

/** Each whole file into an empty server, then again. */
export async function importFigures(tell: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, file] of Object.entries(files)) {
    tell(`importing ${name} …`)
    const server = await startServer()
    try {
      figures.push(...(await oneFile(server, name, file)))
    } finally {
      await server.stop()
    }
  }
  return figures
}

async function oneFile(server: BenchServer, name: string, file: string): Promise<Figure[]> {
  await server.health()
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const rest = await server.health()
  const first = await importFile(server, file)
  const { lateMs, rssMb } = await server.health()
  const second = await importFile(server, file)
  const changed = second.result.created + second.result.updated
  const { records } = first.plan.counts
  return [
    { id: `import-${name}`, what: `import of ${name}, ${records} models`, value: first.ms, unit: 'ms', limit: 5000 },
    { id: `late-${name}`, what: '  event loop late, p99', value: lateMs, unit: 'ms', limit: 100 },
    { id: `rest-${name}`, what: '  the same while nothing happens', value: rest.lateMs, unit: 'ms', limit: null },
    { id: `memory-${name}`, what: '  memory of the process', value: rssMb, unit: 'MB', limit: 300 },
    { id: `again-${name}`, what: '  changed by the second import', value: changed, unit: '', limit: 0 },
  ]
}
