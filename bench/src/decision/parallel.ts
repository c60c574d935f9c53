import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { Answers, firstSeedOf, usualSeed } from './study.ts'
import type { Study } from './study.ts'
import { studyNamed } from './studies.ts'
import type { Piece } from './worker.ts'

export interface Order {
  readonly study: string
  readonly runs: number
}

const runsOfPiece = 50

/** All studies on all cores; the answer does not depend on how many there are. */
export async function answersOf(
  orders: readonly Order[],
  seed: number = usualSeed,
  tell: (line: string) => void = () => {},
): Promise<ReadonlyMap<string, Answers>> {
  const jobs = orders.map(({ study: name, runs }) => jobOf(studyNamed(name), runs, firstSeedOf(name, seed)))
  const pieces = jobs.flatMap((job) => job.pieces.map((piece) => ({ job, piece })))
  const take = () => pieces.shift()
  const threads = Math.min(availableParallelism(), pieces.length)
  const started = performance.now()
  await Promise.all(Array.from({ length: threads }, () => workOff(take, (job) => told(job, started, tell))))
  return new Map(jobs.map(({ study, firstSeed, rows }) => [study.name, new Answers(study, firstSeed, rows)]))
}

interface Job {
  readonly study: Study
  readonly firstSeed: number
  readonly rows: Float64Array
  readonly pieces: readonly Piece[]
  left: number
}

function jobOf(study: Study, runs: number, firstSeed: number): Job {
  const pieces: Piece[] = []
  for (let done = 0; done < runs; done += runsOfPiece)
    pieces.push({ study: study.name, fromSeed: firstSeed + done, runs: Math.min(runsOfPiece, runs - done) })
  return { study, firstSeed, pieces, left: pieces.length, rows: new Float64Array(runs * study.columns.length) }
}

function told(job: Job, started: number, tell: (line: string) => void): void {
  job.left -= 1
  if (job.left > 0) return
  const { study, firstSeed, rows } = job
  const answers = new Answers(study, firstSeed, rows)
  const means = study.columns.map((name) => `${name} ${Number(answers.mean(name).toPrecision(3))}`)
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(5)
  tell(`${seconds} s  ${study.name}: ${answers.runs} runs, mean ${means.join(', ')}`)
}

/** A young generation that fits a processor's cache: what a block leaves behind is never looked at again. */
const resourceLimits = { maxYoungGenerationSizeMb: 6 }

/** One thread, until nothing is left. */
function workOff(take: () => { job: Job; piece: Piece } | undefined, done: (job: Job) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      resourceLimits,
    })
    let current = take()
    const next = () => {
      if (current) worker.postMessage(current.piece)
      else void worker.terminate().then(() => resolve())
    }
    worker.on('error', reject)
    worker.on('message', (rows: Float64Array) => {
      if (!current) return
      const { job, piece } = current
      job.rows.set(rows, (piece.fromSeed - job.firstSeed) * job.study.columns.length)
      done(job)
      current = take()
      next()
    })
    next()
  })
}
