import type { DecisionEvent } from '@sluice/contract'
import type { Kysely } from 'kysely'
import { listEvents } from '../events/event-store.ts'
import type { StoredEvent } from '../events/event.ts'
import type { Tables } from '../ports/database.ts'
import { readDecision } from './decision-event.ts'

/** More than a rollout of a year in blocks of a second could decide. */
const mostDecisions = 10_000

/** The decisions of a rollout: its events, the oldest first. */
export async function decisionsOf(db: Kysely<Tables>, environment: string, rollout: string): Promise<DecisionEvent[]> {
  return (await eventsOf(db, environment, rollout)).map(readDecision)
}

export async function eventsOf(
  db: Kysely<Tables>,
  environment: string,
  rollout: string,
): Promise<readonly StoredEvent[]> {
  return listEvents(db, environment, { subject: { kind: 'rollout', id: rollout }, limit: mostDecisions })
}
