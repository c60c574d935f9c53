// Runs a range of seeds of one study at a time, for parallel.ts.
import { parentPort } from 'node:worker_threads'
import { studyNamed } from './studies.ts'

export interface Piece {
  readonly study: string
  readonly fromSeed: number
  readonly runs: number
}

parentPort?.on('message', ({ study: name, fromSeed, runs }: Piece) => {
  const study = studyNamed(name)
  const rows = new Float64Array(runs * study.columns.length)
  for (let i = 0; i < runs; i++) rows.set(study.run(fromSeed + i), i * study.columns.length)
  parentPort?.postMessage(rows, [rows.buffer])
})
