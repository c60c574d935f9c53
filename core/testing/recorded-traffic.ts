import type { RecordedCall } from '../src/rollout/index.ts'
import { minute } from './short-plan.ts'

function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface Traffic {
  readonly seed: number
  readonly minutes: number
  readonly perMinute: number
  readonly share: number
  readonly errorT: (minutes: number) => number
  readonly errorC: (minutes: number) => number
  readonly users?: number
  readonly latencyT?: number
}

/** Calls of users who keep their arm; latency has a long tail. */
export function traffic({
  seed,
  minutes,
  perMinute,
  share,
  errorT,
  errorC,
  users = 1e9,
  latencyT = 1,
}: Traffic): RecordedCall[] {
  const next = random(seed)
  return Array.from({ length: minutes * perMinute }, (_, i) => {
    const user = Math.floor(next() * users)
    const arm = random(user * 2654435761 + seed)() < share ? 'T' : 'C'
    const atMs = (i / perMinute) * minute
    const error = next() < (arm === 'T' ? errorT : errorC)(atMs / minute) ? 1 : 0
    const latency = Math.exp(6 + next() + next() - next()) * (arm === 'T' ? latencyT : 1)
    const metrics = error === 1 ? { error } : { error, latency_ms: latency }
    return { unit: `user_${user}`, arm, atMs, endsMs: atMs + latency, metrics }
  })
}

export const always = (rate: number) => () => rate
export const healthy: Traffic = {
  seed: 1,
  minutes: 60,
  perMinute: 600,
  share: 0.1,
  errorT: always(0.02),
  errorC: always(0.02),
}
