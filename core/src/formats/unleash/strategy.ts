import type { Condition, Sample } from '../../evaluation/index.ts'
import { parseRange } from '../../evaluation/operators/cidr.ts'
import type { UnleashStrategy } from './unleash-state.ts'

/** Whom a strategy lets in beside its constraints: everybody who meets `conditions`, and of them the sample. */
export interface Activation {
  readonly conditions: readonly Condition[]
  readonly sample: Sample | null
}

type Note = (effect: 'differs' | 'off', sentence: string) => void

/** The attributes of Unleash's default stickiness. OpenFeature's name of the user counts as `userId`. */
const defaultUnits = ['userId', 'targetingKey', 'sessionId'] as const

/** Null when it lets nobody in. */
export function activationOf({ name, parameters = {} }: UnleashStrategy, note: Note): Activation | null {
  switch (name) {
    case 'default':
      return everybody
    case 'userWithId':
      return users(parameters['userIds'])
    case 'remoteAddress':
      return addresses(parameters['IPs'])
    case 'gradualRolloutUserId':
      return sampled(wholePercent(parameters['percentage'], note), parameters['groupId'], {
        by: ['userId', 'targetingKey'],
      })
    case 'gradualRolloutSessionId':
      return sampled(wholePercent(parameters['percentage'], note), parameters['groupId'], { by: 'sessionId' })
    case 'gradualRolloutRandom':
      return random(wholePercent(parameters['percentage'], note), '', note)
    case 'flexibleRollout':
      return flexible(parameters, note)
    default:
      note(
        'off',
        `Its strategy "${name.slice(0, 80)}" lives in the application's code or its host: here it lets nobody in.`,
      )
      return null
  }
}

const everybody: Activation = { conditions: [], sample: null }

/** This strategy and the next look at the context itself, not among its properties. */
function users(list: unknown): Activation | null {
  const values = typeof list === 'string' && list !== '' ? list.split(/\s*,\s*/) : []
  if (values.length === 0) return null
  const named = (attr: string): Condition => ({ attr, op: 'in', values })
  return { conditions: [{ any: [named('userId'), named('targetingKey')] }], sample: null }
}

function addresses(list: unknown): Activation | null {
  const ranges = typeof list === 'string' && list !== '' ? list.split(/\s*,\s*/) : []
  if (ranges.length === 0) return null
  const attr = 'remoteAddress'
  const exact: Condition = { attr, op: 'in', values: ranges }
  const inV4 = ranges.filter((range) => !range.includes(':') && parseRange(range) !== null)
  if (inV4.length === 0) return { conditions: [exact], sample: null }
  // Ours takes ::ffff:10.0.0.1 for the IPv4 address it is.
  const isV4: Condition = { attr, op: 'contains', values: [':'], negate: true }
  return { conditions: [{ any: [exact, { all: [isV4, { attr, op: 'cidr', values: inV4 }] }] }], sample: null }
}

/** Places are whole, so 33.5 % lets the same units in as 33 %. */
function wholePercent(value: unknown, note: Note): number {
  const percent = Number(value)
  if (Number.isNaN(percent)) {
    note('off', `Its percentage ${JSON.stringify(value) ?? 'nothing'} is no number, and lets nobody in.`)
    return 0
  }
  return Math.min(100, Math.max(0, Math.floor(percent)))
}

function sampled(percent: number, groupId: unknown, where: Pick<Sample, 'by' | 'x'>): Activation {
  const salt = typeof groupId === 'string' ? groupId : String(groupId || '')
  return { conditions: [], sample: { share: percent * 1000, salt, hash: 'unleash', ...where } }
}

/** Unleash draws anew for each call. A unit that changes sides from call to call is nothing to measure, so here it stays. */
function random(percent: number, groupId: unknown, note: Note): Activation | null {
  if (percent === 100) return everybody
  if (percent > 0)
    note('differs', `It draws at random for each call; here a unit keeps what it got, and who has none is not let in.`)
  return percent === 0 ? null : sampled(percent, groupId, { by: defaultUnits })
}

function flexible({ rollout, groupId, stickiness }: Readonly<Record<string, unknown>>, note: Note): Activation | null {
  const percent = wholePercent(rollout, note)
  if (percent === 0) return null
  if (stickiness === 'random') return random(percent, groupId, note)
  if (typeof stickiness === 'string' && stickiness !== '' && stickiness !== 'default')
    return sampled(percent, groupId, byAttribute(stickiness))
  if (percent === 100) return everybody
  note('differs', 'A context without user and session is drawn at random there; here it is not let in.')
  return sampled(percent, groupId, { by: defaultUnits })
}

/** A single attribute that holds the unit. */
export const byAttribute = (name: string): Pick<Sample, 'by' | 'x'> => ({ by: name, x: { read: 'unleash' } })
