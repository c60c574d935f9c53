import type { Command } from './command.ts'
import { alertsCommand } from './commands/alerts.ts'
import { channelCommand } from './commands/channel.ts'
import { checkCommand } from './commands/check.ts'
import { codegenCommand } from './commands/codegen.ts'
import { applyCommand, driftCommand, exportCommand, planCommand } from './commands/config.ts'
import { demoCommand } from './commands/demo.ts'
import { demoRecordCommand } from './commands/demo-record.ts'
import { doctorCommand } from './commands/doctor.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { flagCommand } from './commands/flag.ts'
import { importCommand } from './commands/import.ts'
import { initCommand } from './commands/init.ts'
import { metricsCommand } from './commands/metrics.ts'
import { modelCommand } from './commands/model.ts'
import { rolloutCommand } from './commands/rollout.ts'
import { segmentCommand } from './commands/segment.ts'
import { serverCommand } from './commands/server.ts'
import { simulateCommand } from './commands/simulate.ts'
import { trainCommand } from './commands/train.ts'

/** Everything that the CLI can do, in the order in which its help tells it. A name of two words stands before its first word alone. */
export const commands: readonly Command[] = [
  serverCommand,
  demoRecordCommand,
  demoCommand,
  initCommand,
  doctorCommand,
  flagCommand,
  segmentCommand,
  rolloutCommand,
  checkCommand,
  trainCommand,
  metricsCommand,
  alertsCommand,
  channelCommand,
  modelCommand,
  planCommand,
  applyCommand,
  driftCommand,
  exportCommand,
  importCommand,
  evaluateCommand,
  simulateCommand,
  codegenCommand,
]
