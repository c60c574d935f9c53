import type { Migration } from '../migrate.ts'
import { base } from './000001-base.ts'
import { rollouts } from './000002-rollouts.ts'
import { alerts } from './000003-alerts.ts'
import { notifications } from './000004-notifications.ts'
import { models } from './000005-models.ts'
import { conditions } from './000006-conditions.ts'
import { segments } from './000007-segments.ts'
import { sealedBlocks } from './000008-sealed-blocks.ts'
import { checkpoints } from './000009-checkpoints.ts'
import { tasks } from './000010-tasks.ts'
import { dailyCalls } from './000011-daily-calls.ts'
import { alertEvidence } from './000012-alert-evidence.ts'

/** All of them, in the order in which they run; a new one goes to the end. */
export const migrations: readonly Migration[] = [
  base,
  rollouts,
  alerts,
  notifications,
  models,
  conditions,
  segments,
  sealedBlocks,
  checkpoints,
  tasks,
  dailyCalls,
  alertEvidence,
]
