// The work that every peer does, in no peer's format: users, flags, and the order in which pairs of them are evaluated.

export interface User {
  readonly id: string
  readonly country: string
  readonly plan: string
  readonly version: string
}

/** A flag: everybody who meets the conditions, and of them a share; or variants by weight; or a list. */
export interface BenchFlag {
  readonly key: string
  /** As the server mints them: 15 characters, so that salt and colon are four whole blocks of the hash. */
  readonly salt: string
  readonly kind: 'share' | 'targeted' | 'variants' | 'list'
  /** Percent, for `share` and `targeted`. */
  readonly percent: number
}

export type ScenarioName = 'a' | 'b' | 'c' | 'd' | 'e'

export interface Scenario {
  readonly name: ScenarioName
  readonly flags: readonly BenchFlag[]
  readonly users: readonly User[]
  /** Of `list` flags. */
  readonly listed: readonly string[]
}

export const countries = ['DE', 'FR', 'IT', 'ES', 'NL', 'BE', 'AT', 'PL'] as const
const others = ['US', 'BR'] as const
export const plan = 'pro'
export const leastVersion = '2.3.0'
/** Variants and their weights in percent. */
export const weights = [
  ['v1', 40],
  ['v2', 30],
  ['v3', 20],
  ['v4', 10],
] as const

/** Numerical Recipes' generator: the same numbers in every run and every peer. */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A text that the engine holds as one piece, as it does one that was parsed. */
const flat = (text: string): string => JSON.parse(JSON.stringify(text)) as string

function usersOf(count: number): User[] {
  const random = generator(42)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const hex = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return Array.from({ length: count }, (_, i) => {
    const [one, two] = [hex(), hex()]
    const uuid = `${one}-${two.slice(0, 4)}-4${two.slice(5, 8)}-a${hex().slice(0, 3)}-${hex()}${hex().slice(0, 4)}`
    const isNew = random() < 0.75
    return {
      id: flat(i % 2 === 0 ? `user_${i}` : uuid),
      country: random() < 0.8 ? pick(countries) : pick(others),
      plan: random() < 0.7 ? plan : 'free',
      version: flat(
        isNew ? `2.${3 + Math.floor(random() * 9)}.${Math.floor(random() * 20)}` : `1.${Math.floor(random() * 30)}.0`,
      ),
    }
  })
}

function flagsOf(name: ScenarioName): BenchFlag[] {
  const random = generator(1)
  const salt = () => Array.from({ length: 15 }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
  if (name === 'a') return [{ key: 'flag-a', salt: salt(), kind: 'share', percent: 50 }]
  if (name === 'b') return [{ key: 'flag-b', salt: salt(), kind: 'targeted', percent: 25 }]
  if (name === 'c') return [{ key: 'flag-c', salt: salt(), kind: 'variants', percent: 100 }]
  if (name === 'e') return [{ key: 'flag-e', salt: salt(), kind: 'list', percent: 100 }]
  return Array.from({ length: 1000 }, (_, i) =>
    i % 10 < 7
      ? { key: `flag-${i}`, salt: salt(), kind: 'share', percent: (i * 7) % 100 }
      : { key: `flag-${i}`, salt: salt(), kind: 'targeted', percent: (i * 11) % 100 },
  )
}

const userCounts: Readonly<Record<ScenarioName, number>> = { a: 1024, b: 1024, c: 1024, d: 100_000, e: 20_000 }

export function scenarioOf(name: ScenarioName): Scenario {
  const users = usersOf(userCounts[name])
  // Every second user, whatever the form of the id.
  const listed = name === 'e' ? users.filter((_, i) => i % 4 < 2).map(({ id }) => flat(id)) : []
  return { name, users, flags: flagsOf(name), listed }
}

const pairBits = 17

/** Pairs of flag and user in an order that no branch predictor learns. */
export function pairsOf({ flags, users }: Scenario): { readonly flag: Int32Array; readonly user: Int32Array } {
  const random = generator(7)
  const flag = new Int32Array(2 ** pairBits)
  const user = new Int32Array(2 ** pairBits)
  for (let i = 0; i < flag.length; i++) {
    flag[i] = Math.floor(random() * flags.length)
    user[i] = Math.floor(random() * users.length)
  }
  return { flag, user }
}

export const pairMask = 2 ** pairBits - 1
