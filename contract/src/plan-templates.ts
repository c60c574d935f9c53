import type { GuardrailInput, PlanInput } from './plan.ts'

/** A plan that many will want, by its name. Fields that a request gives itself take the place of the template's. */
export interface PlanTemplate {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly plan: Omit<PlanInput, 'flag'>
}

type Rule = Pick<GuardrailInput, 'metric' | 'stat' | 'where' | 'stages'>

/** Below the target it may go on, above the warning it holds and tells people, above the last limit it rolls back. */
function band(
  rule: Rule,
  { target, hold, rollback }: { target: number; hold: number; rollback: number },
): GuardrailInput[] {
  return [
    { ...rule, over: hold, safeBelow: target, onBreach: 'hold' },
    { ...rule, over: rollback, onBreach: 'rollback' },
  ]
}

const mean = (metric: string) => ({ metric, stat: 'mean' }) as const
const rate = (metric: string) => ({ metric, stat: 'rate' }) as const

/** Errors, mean and p95 response time of a model that takes another's place. */
const modelGuards: GuardrailInput[] = [
  ...band(rate('error'), { target: 0.01, hold: 0.01, rollback: 0.05 }),
  ...band(mean('latency_ms'), { target: 3000, hold: 3000, rollback: 5000 }),
  ...band({ metric: 'latency_ms', stat: 'p95' }, { target: 3000, hold: 5000, rollback: 10_000 }),
]

const afterEnabling: GuardrailInput[] = [
  { metric: 'error', over: 0.05, safeBelow: 0.01, onBreach: 'rollback' },
  { metric: 'completed', under: 0.95, safeAbove: 0.99, onBreach: 'rollback' },
  { metric: 'stuck', stat: 'count', over: 3, onBreach: 'rollback', window: { length: '1h', breach: 1, of: 1 } },
  { metric: 'latency_ms', stat: 'p95', ratioOver: 1.5, onBreach: 'hold' },
  { metric: 'latency_ms', stat: 'p95', over: 10_000, safeBelow: 5000, onBreach: 'rollback' },
]

/** What teams tick before they enable anything. */
const beforeEnabling = [
  'Monitoring dashboard works',
  'Alert thresholds are set',
  'Runbook reviewed',
  'Rollback tested',
  'Team notified',
]

const beforeMigration = [
  'All tests passed',
  'Response times measured',
  'Documentation complete',
  'Models validated',
  'Fallback model configured',
  'Monitoring endpoints answer',
  'Secrets verified',
  'Baseline metrics captured',
]

const beforeExecutionMode = [
  'Integration tests pass',
  'Users can be included and excluded',
  'Dashboard shows correct figures',
  'All alerts tested',
  'Rollback tested',
]

/** The plans that come with Sluice. */
export const planTemplates: readonly PlanTemplate[] = [
  {
    name: 'standard',
    title: '1, 10, 50, 100 % in three days',
    description: 'What a plan is that says nothing: errors against the baseline roll back, p95 latency holds.',
    plan: {},
  },
  {
    name: 'data-source',
    title: 'A new data source: 1, 10, 50, 100 % in a week',
    description:
      'For models or settings that come from a database instead of the code: what cannot be found, slow queries, fallbacks and other costs are watched.',
    plan: {
      stages: [
        {
          percent: 1,
          atLeast: '2h',
          checklist: ['Costs match the old source', 'Chat works with several models', 'Reasoning settings are applied'],
        },
        { percent: 10, atLeast: '24h', checklist: ['Image generation works', 'Thinking effort is applied'] },
        { percent: 50, atLeast: '48h', checklist: ['Model selector is fast', 'No user misses a model'] },
        {
          percent: 100,
          atLeast: '72h',
          checklist: ['Every model answers', 'Models can be created, edited, imported and exported'],
        },
      ],
      guardrails: [
        ...band({ ...rate('fallback'), where: 'unknown_model' }, { target: 0.001, hold: 0.001, rollback: 0.01 }),
        // One that is missing may be a slip, and waits for somebody to look; several are a broken source.
        { metric: 'fallback', where: 'several_unknown', over: 0.001, onBreach: 'rollback' },
        { metric: 'error', over: 0.01, onBreach: 'rollback' },
        { metric: 'error', where: 'pricing', over: 0.001, onBreach: 'rollback' },
        { metric: 'error', where: 'transient', over: 0.005, onBreach: 'notify' },
        { metric: 'fallback', over: 0.01, onBreach: 'hold' },
        ...band(mean('latency_ms'), { target: 50, hold: 100, rollback: 200 }),
        { metric: 'cost_deviation', stat: 'mean', over: 0.05, onBreach: 'hold' },
      ],
    },
  },
  {
    name: 'model-staging',
    title: 'Staging, before a model migration',
    description: 'Everybody in staging for two hours; production may start when it has passed.',
    plan: {
      checklist: beforeMigration,
      stages: [{ percent: 100, atLeast: '2h', checklist: ['Chat answers well', 'E-mail draft reads well'] }],
      guardrails: modelGuards,
    },
  },
  {
    name: 'model-migration',
    title: 'A model migration: 10, 50, 100 %, 48 h each, a person at each gate',
    description:
      'Errors, mean and p95 response time in bands: below the target it may go on, above the limit it goes back.',
    plan: {
      checklist: ['Code reviewed', 'Tests passed', 'Baseline metrics captured'],
      afterWarning: '24h',
      stages: [
        { percent: 10, atLeast: '48h', gate: 'manual', checklist: ['No critical complaints'] },
        { percent: 50, atLeast: '48h', gate: 'manual', checklist: ['Feedback is positive'] },
        { percent: 100, atLeast: '168h', checklist: ['Feedback is positive', 'Documentation updated', 'Team trained'] },
      ],
      // For everybody the mean is to be below two seconds, not three.
      guardrails: [
        ...modelGuards,
        { ...mean('latency_ms'), over: 3000, safeBelow: 2000, onBreach: 'hold', stages: [2] },
      ],
    },
  },
  {
    name: 'execution-mode',
    title: 'Another way of execution: 10, 20, 50, 100 %, a week each',
    description:
      'For batching, tools or patches instead of single calls: stricter targets for errors in each week, latency and token savings against the baseline; savings are measured first and required at the end.',
    plan: {
      checklist: beforeExecutionMode,
      stages: [
        { percent: 10, atLeast: '168h', gate: 'manual' },
        { percent: 20, atLeast: '168h', gate: 'manual' },
        { percent: 50, atLeast: '168h', gate: 'manual' },
        { percent: 100, atLeast: '336h' },
      ],
      guardrails: [
        { metric: 'error', over: 0.05, onBreach: 'rollback' },
        { metric: 'error', over: 0.05, safeBelow: 0.02, onBreach: 'hold', stages: [0, 2, 3] },
        { metric: 'error', over: 0.05, safeBelow: 0.03, onBreach: 'hold', stages: [1] },
        { metric: 'latency_ms', stat: 'mean', ratioOver: 1.5, safeBelowRatio: 1.1, onBreach: 'hold' },
        { metric: 'tokens', stat: 'mean', ratioOver: 0.8, onBreach: 'notify', stages: [0, 1] },
        { metric: 'tokens', stat: 'mean', ratioOver: 0.8, safeBelowRatio: 0.8, onBreach: 'hold', stages: [2, 3] },
      ],
    },
  },
  {
    name: 'after-enabling',
    title: 'One switch, watched for a day',
    description: 'For a flag that goes on at once, one of a train: errors, completion and slow calls for 24 hours.',
    plan: {
      checklist: beforeEnabling,
      stages: [{ percent: 100, atLeast: '24h' }],
      guardrails: afterEnabling,
    },
  },
  {
    name: 'durable-execution',
    title: 'One switch of high risk, watched for two days',
    description: 'The same for what keeps long work alive: 48 hours, and a person at the gate.',
    plan: {
      checklist: beforeEnabling,
      stages: [{ percent: 100, atLeast: '48h', gate: 'manual', checklist: ['Restarted during a run: it went on'] }],
      guardrails: afterEnabling,
    },
  },
]

export const planTemplateNamed = (name: string): PlanTemplate | undefined =>
  planTemplates.find((template) => template.name === name)
