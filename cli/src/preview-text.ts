import type { PreviewAnswer } from '@sluice/contract'
import { aboutText, effectText } from '@sluice/core/planning'
import { shortNumber, spanText } from '@sluice/core/rollout'

type Stage = PreviewAnswer['stages'][number]
type Outlook = Stage['outlooks'][number]

const head = ['Stage', 'Users', 'Next in', 'Guardrail', 'Finds in time', 'Finds', 'in', 'Proven safe in'] as const

/**
 * A plan before its start as a terminal shows it: one line a stage and guardrail, then what is wrong. `source` is the flag or file
 * that it can be created from; null when it is stored already.
 */
export function previewText(preview: PreviewAnswer, environment: string, source: string | null, nowMs: number): string {
  const { plan, stages, findings, canStart, notes } = preview
  return [
    `Plan      ${plan.flag} · ${environment}   advance on ${plan.advance}`,
    `Traffic   ${trafficText(preview)}`,
    ...dateLines(stages, nowMs),
    '',
    ...table([[...head], ...stages.flatMap(stageRows)]),
    '',
    'Finds: harm that is found in 80 of 100 rollouts within the least time of the stage, and how long twice the limit takes.',
    ...notes.map((note) => `Note      ${note}`),
    // Guardrails with several limits on one metric share what is wrong with it.
    ...findings
      .filter(({ sentence }, i) => findings.findIndex((one) => one.sentence === sentence) === i)
      .flatMap(({ severity, sentence, remedy }) => [
        `${severity === 'error' ? '✖ Error  ' : '▲ Warning'} ${sentence}`,
        `          ${remedy}`,
      ]),
    findings.length === 0 ? '✔ Nothing is wrong with it.' : '',
    canStart ? (source === null ? '' : `Next: sluice rollout create ${source} --start`) : 'It cannot start like this.',
  ]
    .filter((line, i, all) => line !== '' || all[i - 1] !== '')
    .join('\n')
}

function trafficText({ traffic }: PreviewAnswer): string {
  if (!traffic) return 'unknown; say it with --units-per-day 5000 --rate error=0.01 --value latency_ms=800,3000'
  const from = traffic.source === 'given' ? 'as given' : 'from the last week'
  return `about ${Math.round(traffic.unitsPerDay).toLocaleString('en')} users a day, ${from}`
}

/** When each stage is reached if it starts now and nothing holds it. */
function dateLines(stages: readonly Stage[], nowMs: number): string[] {
  let atMs = nowMs
  const reached = stages.map(({ percent, atLeastMs }) => {
    const line = `${dateText(atMs)}  ${percent} %`
    atMs += atLeastMs
    return line
  })
  const lines = [...reached, `${dateText(atMs)}  done, at the earliest and if started now`]
  return lines.map((line, i) => `${i === 0 ? 'Dates' : ''}`.padEnd(10) + line)
}

const dateText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

function stageRows({ percent, atLeastMs, units, opensAfterMs, outlooks }: Stage): string[][] {
  const opens = opensAfterMs === null ? '?' : aboutText(opensAfterMs)
  const users = units ? `${shortNumber(Math.round(units.candidate))}` : '?'
  const first = [`${percent} % ${spanText(atLeastMs)}`, users, opens]
  return outlooks.map((outlook, i) => [...(i === 0 ? first : ['', '', '']), ...outlookCells(outlook)])
}

function outlookCells(outlook: Outlook): string[] {
  const { label, unknown, smallestEffect, prospects, proofMs } = outlook
  if (unknown !== null) return [label, 'unknown', '', '', '']
  const [twice] = prospects
  return [
    label,
    smallestEffect === null ? 'nothing' : effectText(outlook, smallestEffect),
    twice ? effectText(outlook, twice.effect) : '',
    twice?.timeMs === undefined || twice.timeMs === null ? 'never' : aboutText(twice.timeMs),
    proofMs === null ? 'never' : aboutText(proofMs),
  ]
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => row.map((cell, i) => Math.max(cell.length, most[i] ?? 0)), [])
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
