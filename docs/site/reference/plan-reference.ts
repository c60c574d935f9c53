import { planInputSchema, planTemplates } from '@sluice/contract'
import { builtInMetrics } from '@sluice/core/rollout'
import { z } from 'zod'
import { fieldsText } from './schema-text.ts'
import type { JsonSchema } from './schema-text.ts'
import { code, table } from './table.ts'

const sections = {
  PlanInput: [
    'Fields',
    'The body of `POST …/rollouts`, a file for `sluice rollout create`, and an entry under `rollouts` in `sluice.yaml`.',
  ],
  StageInput: ['Stages', 'One share, how long at least, and what else has to be met before the next.'],
  GuardrailInput: ['Guardrails', 'One comparison with exactly one limit. [What they mean](../concepts/guardrails.md).'],
  WindowInput: ['Windows', ''],
  CheckInput: ['Checklist items', 'A text alone is an item too.'],
} as const

const kinds = { rate: 'yes or no', count: 'number of events', value: 'amount' } as const

/** Plans: every field with its default, the metrics that are built in, the templates. */
export function planReference(): string {
  const { $defs = {} } = z.toJSONSchema(planInputSchema, { io: 'input', unrepresentable: 'any' }) as {
    $defs?: Record<string, JsonSchema>
  }
  const anchorOf = (name: string): string | null =>
    Object.hasOwn(sections, name) ? sections[name as keyof typeof sections][0].toLowerCase().replaceAll(' ', '-') : null
  const parts = Object.entries(sections).map(([name, [title, text]]) => {
    const schema = $defs[name] ?? {}
    return `## ${title}\n\n${text || (schema.description ?? '')}\n\n${fieldsText(schema, anchorOf)}`
  })
  const metrics = Object.values(builtInMetrics).map(({ name, kind, label, unit }) => [
    code(name),
    kinds[kind] + (unit === '' ? '' : `, ${unit}`),
    label,
  ])
  const templates = planTemplates.map(
    ({ name, title, description }) => `### ${name}\n\n${title}. ${description}\n\n\`\`\`json template=${name}\n\`\`\``,
  )
  return `# Plan

Only \`flag\` is needed. What you leave out is chosen, and the answer shows what was chosen and why. Durations are texts such as
\`10s\`, \`30m\`, \`48h\` or \`7d\`; percentages are numbers from 0 to 100 with at most three decimals.

${parts.join('\n\n')}

## Built-in metrics

${table(['Name', 'Kind', 'In sentences'], metrics)}

\`completed\` counts its absence: a guardrail \`"under": 0.95\` is about calls that did not complete. \`error.rate_limited\` is a class of
\`error\`. Any other number in a row is a metric of your own; say its \`stat\`: \`rate\` for yes or no, \`count\` for how many, \`mean\` or a quantile for
amounts. The times of a failed call are left out of comparisons, so that quick refusals do not look fast.

## Templates

\`"template": "data-source"\` in a plan takes one; fields given beside it take the place of its own.

${templates.join('\n\n')}
`
}
