import { parseArgs } from 'node:util'
import { parseDuration } from '@sluice/contract'
import type { MetricsSummary, VariantSummary } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const usage = `sluice metrics summary [--last 60m] [--flag KEY] [--expect MODEL=SHARE,…]

  --last TIME   the window that ends now: 15m, 6h, 7d (60m unless said)
  --flag KEY    one flag only
  --expect MIX  parts that models should have, from 0 to 1, give or take 0.1; exit code 4 when a variant is off
  --env NAME    production unless said (or SLUICE_ENVIRONMENT)
  --json        JSON on stdout, rates and times unrounded`

/** `sluice metrics summary`: what each variant did lately. */
export const metricsCommand: Command = {
  name: 'metrics',
  summary: 'calls, rates, times, tokens and models of each variant',
  usage,
  async run(args, output) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        env: { type: 'string' },
        flag: { type: 'string' },
        expect: { type: 'string' },
        last: { type: 'string', default: '60m' },
        json: { type: 'boolean', default: false },
      },
    })
    if (positionals[0] !== 'summary' || positionals.length > 1)
      throw new UsageError('Expected: sluice metrics summary.')
    const minutes = (parseDuration(values.last) ?? 0) / 60_000
    if (!Number.isInteger(minutes) || minutes < 1)
      throw new UsageError(`Expected --last as whole minutes, hours or days, such as 15m or 6h; got "${values.last}".`)
    const flag = values.flag === undefined ? '' : `&flag=${encodeURIComponent(values.flag)}`
    const expect = values.expect === undefined ? '' : `&expect=${encodeURIComponent(values.expect)}`
    const path = `/metrics/summary?lastMinutes=${minutes}${flag}${expect}`
    const summary = await connect(values.env).inside<MetricsSummary>('GET', path)
    output.out(values.json ? JSON.stringify(summary) : summaryText(summary, values.last))
    return summary.items.some(({ asExpected }) => asExpected === false) ? exitCodes.waiting : exitCodes.ok
  },
}

/** One line a variant; where there were no calls it says so. */
export function summaryText({ items, to }: MetricsSummary, last: string): string {
  if (items.length === 0) return 'No flag yet. Next: sluice flag create KEY'
  const rows = items.map((item) => [item.flag, item.variant, ...figures(item)])
  const head = ['FLAG', 'VARIANT', 'CALLS', 'ERRORS', 'MEAN', 'P95', 'P99', 'TOKENS/CALL', 'USERS', 'MODELS']
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [`The last ${last}, to ${to}`, line(head), ...rows.map(line)].join('\n')
}

function figures(item: VariantSummary): string[] {
  if (item.totalCalls === 0) return ['no calls']
  const ms = (value: number | null) => (value === null ? '–' : `${Math.round(value)} ms`)
  return [
    String(item.totalCalls),
    `${(100 * (item.errorRate ?? 0)).toFixed(2)} %`,
    ms(item.avgResponseTime),
    ms(item.p95ResponseTime),
    ms(item.p99ResponseTime),
    item.avgTokensPerCall === null ? '–' : String(Math.round(item.avgTokensPerCall)),
    String(item.uniqueUsers),
    item.modelBreakdown.map(modelText).join(', '),
  ]
}

const modelText = ({ model, share, expected }: VariantSummary['modelBreakdown'][number]): string =>
  `${model} ${Math.round(100 * share)} %${expected === null ? '' : ` (expected ${Math.round(100 * expected)} %)`}`
