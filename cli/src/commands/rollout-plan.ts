import type { PreviewAnswer, TrafficInput } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Output } from '../command.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { previewText } from '../preview-text.ts'
import { readJson } from '../read-json.ts'

interface Flags {
  readonly json: boolean
  readonly 'units-per-day'?: string
  readonly rate?: readonly string[]
  readonly value?: readonly string[]
}

/** A plan from a file, or the plan of a flag that says nothing else. */
export async function readPlan(name: string): Promise<object> {
  if (!name.endsWith('.json')) return { flag: name }
  const plan = await readJson(name)
  if (typeof plan !== 'object' || plan === null || Array.isArray(plan))
    throw new Error(`${name} is no plan: expected a JSON object such as {"flag": "chat-model"}.`)
  return plan
}

/** `sluice rollout plan`: what a plan will see, before it is started or even stored. */
export async function previewPlan(to: Connection, name: string, flags: Flags, { out }: Output): Promise<ExitCode> {
  const traffic = trafficOf(flags)
  const stored = name.startsWith('ro_')
  if (stored && traffic)
    throw new UsageError('The plan of a rollout is held against its own traffic: leave the figures out.')
  const preview = stored
    ? await to.inside<PreviewAnswer>('GET', `/rollouts/${encodeURIComponent(name)}/preview`)
    : await to.inside<PreviewAnswer>('POST', '/rollouts/preview', {
        plan: await readPlan(name),
        ...(traffic ? { traffic } : {}),
      })
  out(flags.json ? JSON.stringify(preview) : previewText(preview, to.environment, stored ? null : name, Date.now()))
  return preview.canStart ? exitCodes.ok : exitCodes.error
}

function trafficOf({ 'units-per-day': units, rate = [], value = [] }: Flags): TrafficInput | null {
  if (units === undefined) {
    if (rate.length + value.length > 0)
      throw new UsageError('Say --units-per-day as well: how many users a day there will be.')
    return null
  }
  const unitsPerDay = Number(units)
  if (!(unitsPerDay > 0)) throw new UsageError(`Expected --units-per-day as a number above 0; got "${units}".`)
  const rates = rate.map((text) => {
    const [name, [share]] = figures(text, '--rate', 'error=0.01', 1)
    if (share === undefined || share > 1)
      throw new UsageError(`Expected --rate as a share: 1 % is 0.01; got "${text}".`)
    return [name, share]
  })
  const values = value.map((text) => {
    const [name, [median = 0, p95 = 0]] = figures(text, '--value', 'latency_ms=800,3000', 2)
    return [name, { median, p95 }]
  })
  return { unitsPerDay, rates: Object.fromEntries(rates), values: Object.fromEntries(values) }
}

/** "name=1,2" as a name and its figures. */
function figures(text: string, option: string, example: string, count: number): readonly [string, readonly number[]] {
  const [name = '', list = ''] = text.split('=')
  const numbers = list.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)))
  if (name === '' || numbers.length !== count || numbers.some((number) => !(number >= 0)))
    throw new UsageError(`Expected ${option} as ${example}; got "${text}".`)
  return [name, numbers]
}
