import { parseDuration } from '@sluice/contract'
import type { RecordedCall } from '@sluice/core/rollout'

/** "> 5 % of the candidate's calls fail in 5 minutes": what people watch by hand. */
export interface OldRule {
  readonly share: number
  readonly windowMs: number
}

export interface OldRuleResult {
  /** When it first fired; null when never. */
  readonly firedMs: number | null
  readonly failed: number
  readonly calls: number
}

/** Fewer calls than this in a window are not looked at: people wait for a few as well. */
const fewestCalls = 20

/** "5% in 5m", with or without a leading ">". */
export function parseOldRule(text: string): OldRule | null {
  const match = /^>?\s*(\d+(?:\.\d+)?)\s*%\s*in\s*(\d+(?:\.\d+)?)\s*(s|m|min|minutes|h)$/i.exec(text.trim())
  if (!match) return null
  const windowMs = parseDuration(`${match[2]}${match[3]?.[0]?.toLowerCase()}`)
  const share = Number(match[1]) / 100
  return windowMs === null || windowMs === 0 || share >= 1 ? null : { share, windowMs }
}

/** Looks at the rule after every candidate call, as a dashboard would. */
export function applyOldRule({ share, windowMs }: OldRule, calls: readonly RecordedCall[]): OldRuleResult {
  const outcomes = calls
    .filter(({ arm, metrics }) => arm === 'T' && metrics['error'] !== undefined)
    .map(({ endsMs, metrics }) => ({ endsMs, failed: metrics['error'] === 1 ? 1 : 0 }))
    .sort((a, b) => a.endsMs - b.endsMs)
  let oldest = 0
  let failed = 0
  for (const [i, call] of outcomes.entries()) {
    failed += call.failed
    while ((outcomes[oldest]?.endsMs ?? Infinity) <= call.endsMs - windowMs) {
      failed -= outcomes[oldest]?.failed ?? 0
      oldest += 1
    }
    const count = i - oldest + 1
    if (count >= fewestCalls && failed / count > share) return { firedMs: call.endsMs, failed, calls: count }
  }
  return { firedMs: null, failed: 0, calls: 0 }
}
