import { parseArgs } from 'node:util'
import { parseDuration } from '@sluice/contract'
import type { MetricsSummary, MetricsTrend, VariantSummary } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const options = {
  env: { type: 'string' },
  flag: { type: 'string' },
  by: { type: 'string' },
  expect: { type: 'string' },
  last: { type: 'string', default: '60m' },
  days: { type: 'string', default: '90' },
  json: { type: 'boolean', default: false },
} as const

const usage = `sluice metrics summary [--last 60m] [--flag KEY] [--by model|task|METRIC] [--expect MODEL=SHARE,…]
sluice metrics trend [--days 90] [--flag KEY]     day by day, also when the calls are no longer kept

  --last TIME   the window that ends now: 15m, 6h, 7d (60m unless said)
  --by NAME     tells calls apart as well: by model, task, or ranges of a metric such as patches
  --days N      1 to 400, today included (90 unless said)
  --flag KEY    one flag only
  --expect MIX  parts that models should have, from 0 to 1, give or take 0.1; exit code 4 when they differ
                (the off variant, what was there before, is not asked)
  --env NAME    production unless said (or SLUICE_ENVIRONMENT)
  --json        JSON on stdout, rates and times unrounded`

/** `sluice metrics`: what each variant did lately, and day by day. */
export const metricsCommand: Command = {
  name: 'metrics',
  summary: 'calls, rates, times, tokens and models of each variant',
  usage,
  options,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options,
    })
    const [verb] = positionals
    if ((verb !== 'summary' && verb !== 'trend') || positionals.length > 1)
      throw new UsageError('Expected: sluice metrics summary, or sluice metrics trend.')
    const flag = values.flag === undefined ? '' : `&flag=${encodeURIComponent(values.flag)}`
    if (verb === 'trend') {
      const path = `/metrics/trend?days=${encodeURIComponent(values.days)}${flag}`
      const trend = await connect(values.env).inside<MetricsTrend>('GET', path)
      output.out(values.json ? JSON.stringify(trend) : trendText(trend))
      return exitCodes.ok
    }
    const minutes = (parseDuration(values.last) ?? 0) / 60_000
    if (!Number.isInteger(minutes) || minutes < 1)
      throw new UsageError(`Expected --last as whole minutes, hours or days, such as 15m or 6h; got "${values.last}".`)
    const expect = values.expect === undefined ? '' : `&expect=${encodeURIComponent(values.expect)}`
    const by = values.by === undefined ? '' : `&by=${encodeURIComponent(values.by)}`
    const path = `/metrics/summary?lastMinutes=${minutes}${flag}${expect}${by}`
    const summary = await connect(values.env).inside<MetricsSummary>('GET', path)
    output.out(values.json ? JSON.stringify(summary) : summaryText(summary, values.last))
    return summary.items.some(({ asExpected }) => asExpected === false) ? exitCodes.waiting : exitCodes.ok
  },
}

/** One line a variant; where there were no calls it says so. */
export function summaryText({ items, to }: MetricsSummary, last: string): string {
  if (items.length === 0) return 'No flag yet. Next: sluice flag create KEY'
  const rows = items.flatMap((item) => [[item.flag, item.variant, ...figures(item)], ...groupRows(item)])
  const head = ['FLAG', 'VARIANT', 'CALLS', 'ERRORS', 'MEAN', 'P95', 'P99', 'TOKENS/CALL', 'USERS', 'MODELS']
  return [`The last ${last}, to ${to}`, ...tableOf(head, rows)].join('\n')
}

/** One line a variant and day; days without calls are left out. */
function trendText({ items, from, to }: MetricsTrend): string {
  const rows = items.flatMap(({ flag, variant, points }) =>
    points.map((point) => [
      flag,
      variant,
      point.day,
      String(point.totalCalls),
      percentText(point.errorRate),
      msText(point.avgResponseTime),
      msText(point.p95ResponseTime),
      wholeText(point.avgTokensPerCall),
      point.totalCostUsd.toFixed(4),
    ]),
  )
  if (rows.length === 0) return `No calls from ${from} to ${to}.`
  const head = ['FLAG', 'VARIANT', 'DAY', 'CALLS', 'ERRORS', 'MEAN', 'P95', 'TOKENS/CALL', 'USD']
  return [`${from} to ${to}`, ...tableOf(head, rows)].join('\n')
}

/** The groups of a variant below it: what was asked for with --by. */
const groupRows = ({ breakdown }: VariantSummary): readonly string[][] =>
  (breakdown ?? []).map((group) => [
    '',
    `  ${group.value}`,
    String(group.totalCalls),
    percentText(group.errorRate),
    msText(group.avgResponseTime),
    msText(group.p95ResponseTime),
    '',
    wholeText(group.avgTokensPerCall),
    '',
    Object.entries(group.errorClasses)
      .map(([name, count]) => `${name} ${count}`)
      .join(', '),
  ])

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)]
}

const percentText = (rate: number | null): string => (rate === null ? '–' : `${(100 * rate).toFixed(2)} %`)
const msText = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} ms`)
const wholeText = (value: number | null): string => (value === null ? '–' : String(Math.round(value)))

function figures(item: VariantSummary): string[] {
  if (item.totalCalls === 0) return ['no calls']
  return [
    String(item.totalCalls),
    percentText(item.errorRate),
    msText(item.avgResponseTime),
    msText(item.p95ResponseTime),
    msText(item.p99ResponseTime),
    wholeText(item.avgTokensPerCall),
    String(item.uniqueUsers),
    item.modelBreakdown.map(modelText).join(', '),
  ]
}

const modelText = ({ model, share, expected }: VariantSummary['modelBreakdown'][number]): string =>
  `${model} ${Math.round(100 * share)} %${expected === null ? '' : ` (expected ${Math.round(100 * expected)} %)`}`
