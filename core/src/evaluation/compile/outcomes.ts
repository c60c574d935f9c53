import type { Flag, Json } from '../flag.ts'
import type { Arm, Outcome, Reason } from '../outcome.ts'

/** Which arm an evaluation has come to: the index of `[no arm, T, C]`. */
export type Side = 0 | 1 | 2
export const noSide = 0
export const candidateSide = 1
export const baselineSide = 2
const arms: readonly (Arm | undefined)[] = [undefined, 'T', 'C']

/** One way for an evaluation to end, in each arm. */
export type Ending = readonly [Outcome, Outcome, Outcome]

export interface Served {
  readonly variant: string | null
  readonly reason: Reason
  readonly rule?: string
  readonly drawn?: boolean
  readonly constant?: boolean
}

/** Counts outcomes round in a circle, so that the counters of `ExposureCounts` stay few however long a process runs. */
const slots = 2 ** 16
let made = 0

/** All outcomes have one shape, which is what an engine reads fastest. The slot is nobody's business but the counter's. */
function makeOutcome(parts: Served & { value: Json | undefined; error?: string; arm?: Arm | undefined }): Outcome {
  made = (made + 1) % slots
  const outcome: Outcome = {
    value: parts.value,
    variant: parts.variant,
    reason: parts.reason,
    rule: parts.rule ?? null,
    error: parts.error,
    arm: parts.arm,
    drawn: parts.drawn ?? false,
    constant: parts.constant === true ? true : undefined,
  }
  return Object.freeze(Object.defineProperty(outcome, 'slot', { value: made }))
}

/** Makes the outcomes of one flag: each once, frozen, handed out again and again. */
export class OutcomeMaker {
  readonly #variants: Readonly<Record<string, Json>>
  readonly #off: string | null
  /** Without a rollout there are no arms, and one outcome does for all. */
  readonly #hasArms: boolean

  constructor(variants: Readonly<Record<string, Json>>, off: string | null, hasArms: boolean) {
    this.#variants = variants
    this.#off = off
    this.#hasArms = hasArms
  }

  /** Outside every arm. */
  plain(served: Served): Outcome {
    return makeOutcome({ ...served, value: this.#valueOf(served.variant) })
  }

  ending(served: Served): Ending {
    const plain = this.plain(served)
    if (!this.#hasArms) return [plain, plain, plain]
    const value = this.#valueOf(served.variant)
    const inArm = (side: Side): Outcome => makeOutcome({ ...served, value, arm: arms[side] })
    return [plain, inArm(candidateSide), inArm(baselineSide)]
  }

  /** `off`, because a part of the flag cannot be judged. */
  failure(error: string): Outcome {
    return makeOutcome({ variant: this.#off, reason: 'ERROR', value: this.#valueOf(this.#off), error })
  }

  #valueOf(variant: string | null): Json | undefined {
    return variant === null ? undefined : this.#variants[variant]
  }
}

/** The outcome of a flag that cannot be read: its `off`, if that much can be told. */
export const failure = ({ variants, off }: Pick<Flag, 'variants' | 'off'>, error: string): Outcome =>
  new OutcomeMaker(variants, off, false).failure(error)

/** The outcome of a flag that is not there. */
export const notFound: Outcome = makeOutcome({
  value: undefined,
  variant: null,
  reason: 'FLAG_NOT_FOUND',
  error: 'There is no flag of that key.',
})
