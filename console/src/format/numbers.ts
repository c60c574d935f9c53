// Numbers as people read them: at most three significant digits, and never a digit that means nothing.

const narrowSpace = '\u202f'
const fixedSpace = '\u00a0'
const unknown = '–'

/** Whole numbers in groups of three: 16 410. */
export function formatCount(count: number | null): string {
  if (count === null) return unknown
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, narrowSpace)
}

/** Three significant digits without trailing zeros: 1.9, 0.62, 1 840. */
export function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return unknown
  const size = Math.abs(value)
  if (size >= 1000) return (value < 0 ? '−' : '') + formatCount(Number(size.toPrecision(3)))
  if (size !== 0 && size < 0.0001) return value.toExponential(1).replace('-', '−')
  return Number(value.toPrecision(3)).toString().replace('-', '−')
}

/** A percentage: 10 %, 0.62 %. */
export function formatPercent(percent: number | null): string {
  return percent === null ? unknown : `${formatNumber(percent)}${fixedSpace}%`
}

/** A part of one as a percentage: 0.05 is 5 %. */
export function formatRate(rate: number | null): string {
  return formatPercent(rate === null ? null : rate * 100)
}

/** A multiple of the baseline: 1.9x. */
export function formatRatio(ratio: number | null): string {
  return ratio === null ? unknown : `${formatNumber(ratio)}x`
}

/** A latency: 812 ms, 1.9 s. */
export function formatMilliseconds(ms: number | null): string {
  if (ms === null) return unknown
  return ms < 1000 ? `${formatNumber(ms)}${fixedSpace}ms` : `${formatNumber(ms / 1000)}${fixedSpace}s`
}

/** A price for display only; sums are never made from it. */
export function formatUsd(amount: number | null): string {
  return amount === null ? unknown : `$${formatNumber(amount)}`
}

/** A measured value in its own unit; the units are those of the metrics. */
export function formatMeasure(value: number | null, measure: { stat: string; unit: string }): string {
  if (value === null) return unknown
  if (measure.stat === 'rate') return formatRate(value)
  if (measure.unit === 'ms') return formatMilliseconds(value)
  if (measure.unit === 'USD') return formatUsd(value)
  return measure.unit === '' ? formatNumber(value) : `${formatNumber(value)}${fixedSpace}${measure.unit}`
}
