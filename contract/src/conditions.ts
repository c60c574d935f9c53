import type { CheckInput, ChecklistInput } from './checklist.ts'
import { formatDuration, parseDuration } from './duration.ts'
import type { PlanInput } from './plan.ts'
import { brokenRule } from './problem.ts'
import type { FieldError } from './problem.ts'

/** Who or what answers an item. */
export type CheckSource =
  | { readonly by: 'person' }
  | { readonly by: 'http'; readonly url: string }
  | { readonly by: 'command'; readonly command: string }
  | {
      readonly by: 'metric'
      readonly metric: NonNullable<CheckInput['metric']>
      readonly above: number | null
      readonly below: number | null
    }

export interface CheckItem {
  readonly id: string
  readonly text: string
  /** Index of the stage that waits for it; -1: the start. */
  readonly stage: number
  readonly source: CheckSource
  readonly maxAgeMs: number | null
}

/** What a plan waits for beside its evidence. */
export interface Conditions {
  /** Flags whose newest rollout must have completed, `flag` or `environment/flag`. */
  readonly after: readonly string[]
  readonly checklist: readonly CheckItem[]
}

export const noConditions: Conditions = { after: [], checklist: [] }

/** The conditions that a request asks for; problems name the items that could never be met. */
export function toConditions(
  { flag, after = [], checklist = [], stages = [] }: PlanInput,
  environment: string,
): { readonly conditions: Conditions; readonly problems: readonly FieldError[] } {
  const problems: FieldError[] = []
  for (const [i, name] of after.entries())
    if (name === flag || name === `${environment}/${flag}`)
      problems.push(brokenRule(`/after/${i}`, 'A rollout cannot wait for itself.'))
  const taken = new Set<string>()
  const itemsOf = (list: ChecklistInput, stage: number, pointer: string): CheckItem[] =>
    list.map((given, i) => {
      const input = typeof given === 'string' ? { text: given } : given
      const id = freeId(input.id ?? idOf(input.text), taken)
      if (input.id !== undefined && id !== input.id)
        problems.push(brokenRule(`${pointer}/${i}/id`, `The id "${input.id}" stands twice.`))
      const { maxAge } = input
      const source = sourceOf(input, `${pointer}/${i}`, problems)
      return { id, text: input.text, stage, source, maxAgeMs: maxAge === undefined ? null : parseDuration(maxAge) }
    })
  return {
    conditions: {
      after: [...new Set(after)],
      checklist: [
        ...itemsOf(checklist, -1, '/checklist'),
        ...stages.flatMap((stage, i) => itemsOf(stage.checklist ?? [], i, `/stages/${i}/checklist`)),
      ],
    },
    problems,
  }
}

function sourceOf(
  { url, command, metric, above, below }: CheckInput,
  pointer: string,
  problems: FieldError[],
): CheckSource {
  const problem = (field: string, message: string) => problems.push(brokenRule(pointer + field, message))
  const named = Object.entries({ url, command, metric }).filter(([, value]) => value !== undefined)
  if (named.length > 1)
    problem('', `Expected one of url, command, metric; got ${named.map(([name]) => name).join(' and ')}.`)
  if (metric === undefined && (above !== undefined || below !== undefined))
    problem('/metric', 'A limit needs the metric that it is for.')
  if (metric !== undefined && above === undefined && below === undefined)
    problem('', 'Say what the metric must be: above, below, or both.')
  if (url !== undefined) return { by: 'http', url }
  if (command !== undefined) return { by: 'command', command }
  if (metric !== undefined) return { by: 'metric', metric, above: above ?? null, below: below ?? null }
  return { by: 'person' }
}

const idOf = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60) || 'item'

function freeId(id: string, taken: Set<string>): string {
  let free = id
  for (let count = 2; taken.has(free); count++) free = `${id}-${count}`
  taken.add(free)
  return free
}

/** The list of one stage as a request would write it. */
export const checklistInputOf = ({ checklist }: Conditions, stage: number): ChecklistInput =>
  checklist
    .filter((item) => item.stage === stage)
    .map(({ id, text, source, maxAgeMs }) => ({
      id,
      text,
      ...(source.by === 'http' ? { url: source.url } : {}),
      ...(source.by === 'command' ? { command: source.command } : {}),
      ...(source.by === 'metric'
        ? {
            metric: source.metric,
            ...(source.above === null ? {} : { above: source.above }),
            ...(source.below === null ? {} : { below: source.below }),
          }
        : {}),
      ...(maxAgeMs === null ? {} : { maxAge: formatDuration(maxAgeMs) }),
    }))
