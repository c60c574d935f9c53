import { notificationPart } from './notifications/notification-part.ts'
import { rolloutPart } from './rollouts/rollout-part.ts'

/** Everything that a whole server consists of beside its shell. */
export const serverParts = [rolloutPart, notificationPart] as const
