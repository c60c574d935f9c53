import { loadavg } from 'node:os'
import type { Suite } from '../suite.ts'
import { timeFans, timeSdk } from './propagation.ts'

/** One line of the table. */
interface Row {
  readonly id: string
  readonly what: string
  /** Milliseconds. */
  readonly value: number
  /** The same from a server that does nothing else, where there is one. */
  readonly bare: number | null
  readonly goal: number | null
  readonly met: boolean
}

const streams = 1000

/** `npm run bench -- server`: how soon a change is where it counts, on this machine. */
export const suite: Suite = async ({ repetitions, only, tell }) => {
  const rows: Row[] = []
  if (only === null || 'sdk'.includes(only)) {
    const changes = repetitions ?? 300
    tell(`One SDK, ${changes} changes …`)
    const { fromAccepted, fromSent } = await timeSdk(changes)
    rows.push(
      row('sdk-p99', 'change accepted → SDK evaluates it, p99', quantile(fromAccepted, 0.99), 25),
      row('sdk-p50', 'change accepted → SDK evaluates it, p50', quantile(fromAccepted, 0.5), 5),
      row('sdk-sent-p50', 'change sent (request, commit to disk) → SDK, p50', quantile(fromSent, 0.5), null),
      row('sdk-sent-p99', 'change sent (request, commit to disk) → SDK, p99', quantile(fromSent, 0.99), null),
    )
  }
  if (only === null || 'streams'.includes(only)) {
    const changes = repetitions ?? 60
    tell(`${streams} streams of Sluice and of bare node:http, ${changes} changes each …`)
    const { sluice, bare } = await timeFans(streams, changes)
    const last = (p: number, goal: number | null): Row =>
      row(
        `streams-p${100 * p}`,
        `change accepted → last of ${streams} streams, p${100 * p}`,
        quantile(sluice, p),
        goal,
        quantile(bare, p),
      )
    rows.push(last(0.5, 50), last(0.9, null))
  }
  const [load = 0] = loadavg()
  const figures = { suite: 'server', node: process.version, load, goals: rows }
  return { text: tableOf(rows, load), figures, missed: rows.filter(({ met }) => !met).length }
}

const row = (id: string, what: string, value: number, goal: number | null, bare: number | null = null): Row => ({
  id,
  what,
  value,
  bare,
  goal,
  met: goal === null || value <= goal,
})

/** The smallest time that a share `p` of all do not exceed. */
const quantile = (times: readonly number[], p: number): number =>
  times.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(p * times.length) - 1)] ?? Number.NaN

function tableOf(rows: readonly Row[], load: number): string {
  const cells = rows.map(({ what, value, bare, goal, met }) => [
    met ? '' : '!',
    what,
    `${value.toFixed(2)} ms`,
    bare === null ? '' : `${bare.toFixed(2)} ms`,
    goal === null ? '' : `<= ${goal} ms`,
  ])
  const lines = [['', 'what', 'value', 'bare node:http', 'goal'], ...cells]
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [
    ...text,
    '',
    `Waiting times: other work on the machine is in them. Its load at the end was ${load.toFixed(1)}.`,
  ].join('\n')
}
