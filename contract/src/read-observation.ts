import { metricNamed } from '@sluice/core/rollout'

/** One row as it will be stored: checked, with numbers for every metric. */
export interface ReadObservation {
  readonly flag: string
  readonly variant: string
  readonly unit: string | null
  readonly atMs: number
  readonly model: string | null
  readonly task: string | null
  readonly metrics: Readonly<Record<string, number>>
  readonly attempt: number | null
  readonly visit: number | null
  /** The arm that the sender vouches for, with its attempt and visit. */
  readonly arm: 'T' | 'C' | null
}

/** What is wrong with a row, where in it, and what to do. */
export interface RowFault {
  readonly pointer: string
  readonly code: string
  readonly message: string
}

const fields = new Set([
  'flag',
  'variant',
  'unit',
  'at',
  'model',
  'task',
  'metrics',
  'attempt',
  'visit',
  'arm',
  'revision',
])
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/
const metricPattern = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/
const decimalPattern = /^\d{1,15}(?:\.\d{1,18})?$/
const maxUnitBytes = 1024
const maxMetrics = 30

/** Checks one row of a batch by hand: this is the hot path of ingestion. Gives the row, or its first fault. */
export function readObservation(row: unknown): ReadObservation | RowFault {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    return fault('', 'TYPE', `Expected an object; got ${kindOf(row)}.`)
  const input = row as Record<string, unknown>
  const unknown = Object.keys(input).find((name) => !fields.has(name))
  if (unknown !== undefined)
    return fault(
      `/${escaped(unknown)}`,
      'UNKNOWN_FIELD',
      `Unknown field "${unknown.slice(0, 80)}": a row has ${[...fields].join(', ')}.`,
    )
  for (const name of ['flag', 'variant'] as const) {
    const bad = textFault(input[name], 200)
    if (bad) return fault(`/${name}`, 'TYPE', `Expected ${name} as text of 1 to 200 characters; ${bad}.`)
  }
  const unit = unitOf(input['unit'])
  if (typeof unit === 'object' && unit !== null) return unit
  const atMs =
    typeof input['at'] === 'string' && instantPattern.test(input['at']) ? Date.parse(input['at']) : Number.NaN
  if (!Number.isFinite(atMs))
    return fault(
      '/at',
      'TIME',
      `Expected the start of the call with its zone, such as "2026-11-20T10:00:00Z"; got ${shown(input['at'])}.`,
    )
  const model = input['model']
  if (model !== undefined && textFault(model, 200))
    return fault('/model', 'TYPE', `Expected model as text; ${textFault(model, 200)}.`)
  const { task } = input
  if (task !== undefined && textFault(task, 80))
    return fault('/task', 'TYPE', `Expected task as text of 1 to 80 characters; ${textFault(task, 80)}.`)
  for (const name of ['attempt', 'visit', 'revision'] as const)
    if (input[name] !== undefined && !Number.isSafeInteger(input[name]))
      return fault(`/${name}`, 'TYPE', `Expected ${name} as a whole number; got ${shown(input[name])}.`)
  const { arm } = input
  if (arm !== undefined && arm !== 'T' && arm !== 'C')
    return fault('/arm', 'TYPE', `Expected arm as "T" (candidate) or "C" (baseline); got ${shown(arm)}.`)
  if (arm !== undefined && (input['attempt'] === undefined || input['visit'] === undefined))
    return fault('/arm', 'RULE', 'A row that names its arm names the attempt and visit it was evaluated in as well.')
  const metrics = readMetrics(input['metrics'])
  if ('pointer' in metrics) return metrics as RowFault
  return {
    flag: input['flag'] as string,
    variant: input['variant'] as string,
    unit,
    atMs,
    model: (model as string | undefined) ?? null,
    task: (task as string | undefined) ?? null,
    metrics: metrics as Record<string, number>,
    attempt: (input['attempt'] as number | undefined) ?? null,
    visit: (input['visit'] as number | undefined) ?? null,
    arm: arm ?? null,
  }
}

export const isFault = (row: ReadObservation | RowFault): row is RowFault => 'pointer' in row

const fault = (pointer: string, code: string, message: string): RowFault => ({ pointer, code, message })

function textFault(value: unknown, most: number): string | null {
  if (typeof value !== 'string') return `got ${kindOf(value)}`
  if (value.length === 0) return 'got an empty text'
  if (value.length > most) return `got ${value.length} characters`
  return value.isWellFormed() && !value.includes('\0') ? null : 'got a NUL or half of a surrogate pair'
}

function unitOf(value: unknown): string | null | RowFault {
  if (value === undefined) return null
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value !== 'string' || value === '')
    return fault(
      '/unit',
      'UNIT',
      `Expected the id of the unit (user, account, session) as text; got ${shown(value)}. Leave it out when there is none.`,
    )
  if (!value.isWellFormed())
    return fault(
      '/unit',
      'UNIT',
      'The unit holds half of a surrogate pair: send well-formed Unicode, or a hash of the id.',
    )
  if (value.includes('\0'))
    return fault('/unit', 'UNIT', 'The unit holds a NUL character: remove it, or send a hash of the id.')
  if (value.length > maxUnitBytes)
    return fault('/unit', 'UNIT', `The unit is longer than ${maxUnitBytes} bytes: send a hash of the id.`)
  return value
}

function readMetrics(value: unknown): Record<string, number> | RowFault {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fault(
      '/metrics',
      'TYPE',
      `Expected metrics as an object such as {"error": 0, "latency_ms": 812}, empty for an exposure; got ${kindOf(value)}.`,
    )
  const entries = Object.entries(value)
  if (entries.length > maxMetrics)
    return fault('/metrics', 'TOO_MANY', `Expected at most ${maxMetrics} metrics; got ${entries.length}.`)
  const metrics: Record<string, number> = {}
  for (const [name, given] of entries) {
    const pointer = `/metrics/${escaped(name)}`
    if (!metricPattern.test(name) || name === 'pointer')
      return fault(
        pointer,
        'METRIC',
        `Expected a metric name of letters, digits, "_" and ".", 64 at most; got "${name.slice(0, 80)}".`,
      )
    const number =
      typeof given === 'boolean'
        ? Number(given)
        : typeof given === 'string' && decimalPattern.test(given)
          ? Number(given)
          : given
    if (typeof number !== 'number' || !Number.isFinite(number))
      return fault(pointer, 'VALUE', `Expected ${name} as a finite number; got ${shown(given)}.`)
    const { kind, bound } = metricNamed(name, 'mean')
    if (kind === 'rate' && number !== 0 && number !== 1)
      return fault(pointer, 'VALUE', `${name} is yes or no: expected 0 or 1; got ${shown(given)}.`)
    if (number < 0) return fault(pointer, 'VALUE', `Expected ${name} to be 0 or more; got ${shown(given)}.`)
    if (number > (bound ?? 1e15))
      return fault(pointer, 'VALUE', `Expected ${name} to be at most ${bound ?? '1e15'}; got ${shown(given)}.`)
    metrics[name] = number
  }
  return metrics
}

const escaped = (name: string): string => name.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1')

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  return Array.isArray(value) ? 'a list' : `${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? kindOf(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
