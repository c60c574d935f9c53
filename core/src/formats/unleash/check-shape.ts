/** What is wrong with a file, and where (an RFC 6901 pointer). */
export interface ShapeProblem {
  readonly pointer: string
  readonly message: string
}

type Check = (value: unknown, pointer: string) => readonly ShapeProblem[]

const is =
  (expected: string, holds: (value: unknown) => boolean): Check =>
  (value, pointer) =>
    holds(value) ? [] : [{ pointer, message: `Expected ${expected}.` }]

const text = is('a text', (value) => typeof value === 'string')
const number = is('a number', (value) => typeof value === 'number')
const yesOrNo = is('true or false', (value) => typeof value === 'boolean')

const listOf =
  (each: Check): Check =>
  (value, pointer) =>
    Array.isArray(value)
      ? value.flatMap((item, i) => each(item, `${pointer}/${i}`))
      : [{ pointer, message: 'Expected a list.' }]

/** Members that are null count as absent, as Unleash's clients have it. */
const object =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, pointer) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [{ pointer, message: 'Expected an object.' }]
    const member = (name: string): unknown => (Object.hasOwn(value, name) ? (value as never)[name] : undefined)
    return [
      ...Object.entries(required).flatMap(([name, check]) => check(member(name), `${pointer}/${name}`)),
      ...Object.entries(optional).flatMap(([name, check]) =>
        member(name) === undefined || member(name) === null ? [] : check(member(name), `${pointer}/${name}`),
      ),
    ]
  }

const constraints = listOf(object({ contextName: text, operator: text }, { values: listOf(text) }))
const variants = listOf(
  object(
    { name: text, weight: number },
    { stickiness: text, payload: object({}), overrides: listOf(object({ contextName: text, values: listOf(text) })) },
  ),
)
const strategies = listOf(
  object({ name: text }, { parameters: object({}), constraints, segments: listOf(number), variants }),
)
const dependencies = listOf(object({ feature: text }, { enabled: yesOrNo, variants: listOf(text) }))

/** A feature as Unleash's clients load it. What clients do not look at may be anything. */
export const checkFeature: Check = object({ name: text, enabled: yesOrNo }, { strategies, variants, dependencies })

export const checkSegment: Check = object({ id: number }, { name: text, constraints })

/** The same without the members that are null. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]))
}
