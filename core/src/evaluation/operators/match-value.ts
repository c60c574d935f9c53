import type { Json, Operator } from '../flag.ts'
import { instantMs } from '../instant.ts'
import { compareVersions } from './semver.ts'

type Match = (given: unknown, wanted: Json) => boolean

const text =
  (test: (given: string, wanted: string) => boolean): Match =>
  (given, wanted) =>
    typeof given === 'string' && typeof wanted === 'string' && test(given, wanted)

const number =
  (test: (given: number, wanted: number) => boolean): Match =>
  (given, wanted) =>
    typeof given === 'number' && typeof wanted === 'number' && Number.isFinite(given) && test(given, wanted)

const time =
  (test: (given: number, wanted: number) => boolean): Match =>
  (given, wanted) => {
    const [a, b] = [instantMs(given), instantMs(wanted)]
    return a !== null && b !== null && test(a, b)
  }

const version =
  (test: (order: number) => boolean): Match =>
  (given, wanted) => {
    const order = compareVersions(given, wanted)
    return order !== null && test(order)
  }

/** How one value is held against one operand; nothing is converted. `exists` has no operand and is not here. */
export const matchValue: Readonly<Record<Exclude<Operator, 'exists'>, Match>> = {
  in: (given, wanted) => given === wanted,
  starts: text((given, wanted) => given.startsWith(wanted)),
  ends: text((given, wanted) => given.endsWith(wanted)),
  contains: text((given, wanted) => given.includes(wanted)),
  lt: number((given, wanted) => given < wanted),
  lte: number((given, wanted) => given <= wanted),
  gt: number((given, wanted) => given > wanted),
  gte: number((given, wanted) => given >= wanted),
  before: time((given, wanted) => given < wanted),
  after: time((given, wanted) => given > wanted),
  'semver.eq': version((order) => order === 0),
  'semver.lt': version((order) => order < 0),
  'semver.lte': version((order) => order <= 0),
  'semver.gt': version((order) => order > 0),
  'semver.gte': version((order) => order >= 0),
}
