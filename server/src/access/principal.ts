import type { KeyKind } from '@sluice/contract'
import type { Actor } from '../events/event.ts'

/** Who sends a request. */
export interface Principal {
  readonly kind: KeyKind | 'nobody'
  /** Null: all of them. */
  readonly environment: string | null
  readonly via: 'key' | 'session' | 'none'
  readonly id: string
  readonly name: string
}

export const nobody: Principal = { kind: 'nobody', environment: null, via: 'none', id: 'nobody', name: 'nobody' }

/** The principal as the event log names it. */
export function actorOf({ via, id, name }: Principal): Actor {
  return { kind: via === 'session' ? 'person' : 'key', id, name }
}
