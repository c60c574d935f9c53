import { actsIn } from '../rollout/judge.ts'
import { shareOf } from '../rollout/plan.ts'
import type { Guardrail, Plan } from '../rollout/plan.ts'
import { percentText, spanText } from '../rollout/words.ts'

/** Guardrails that hold or roll back at a stage. */
export const actingAt = ({ guardrails }: Plan, stage: number): readonly Guardrail[] =>
  guardrails.filter((guardrail) => guardrail.onBreach !== 'notify' && actsIn(guardrail, stage))

/** How long the windows take that a threshold needs before it is met; 0 for evidence. */
export const windowsMs = ({ blockMs }: Plan, { window }: Guardrail): number =>
  window ? window.of * window.blocks * blockMs : 0

/** "Stage 1 (1 %, at least 2 h)". */
export function stageText({ stages }: Plan, stage: number): string {
  const planned = stages[stage]
  if (!planned) return `Stage ${stage + 1}`
  return `Stage ${stage + 1} (${percentText(shareOf(planned))}, at least ${spanText(planned.atLeastMs)})`
}

const year = 365 * 86_400_000

/** A time to plan with, in its two largest units; rounded, as such figures are estimates. */
export function aboutText(ms: number): string {
  if (ms > 2 * year) return 'years'
  for (const unit of [86_400_000, 3_600_000, 60_000])
    if (ms >= 10 * unit) return spanText(Math.ceil(ms / unit) * unit)
    else if (ms >= unit) return spanText(Math.ceil((10 * ms) / unit) * (unit / 10))
  return spanText(ms)
}
