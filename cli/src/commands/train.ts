import { parseArgs } from 'node:util'
import type { Train } from '@sluice/contract'
import type { Command } from '../command.ts'
import { connect } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'

const options = { env: { type: 'string' }, json: { type: 'boolean', default: false } } as const

const usage = `sluice train          rollouts that wait for each other ("after" in their plans), in their order

  --env NAME     production unless said (or SLUICE_ENVIRONMENT)
  --json         JSON on stdout

Exit codes: 0 ok, 4 a train is stopped.`

/** `sluice train`: rollouts chained by `after`. */
export const trainCommand: Command = {
  name: 'train',
  summary: 'rollouts that follow each other',
  usage,
  options,
  async run(args, output) {
    const { values } = parseArgs({ args: [...args], options })
    const { items } = await connect(values.env).inside<{ items: Train[] }>('GET', '/train')
    output.out(
      values.json
        ? JSON.stringify({ items })
        : items.map(trainText).join('\n\n') || 'No rollout waits for another. Chain them with "after" in their plans.',
    )
    return items.some(({ state }) => state === 'stopped') ? exitCodes.waiting : exitCodes.ok
  },
}

function trainText({ sentence, cars }: Train): string {
  const width = Math.max(...cars.map(({ flag }) => flag.length))
  const lines = cars.map(({ flag, state, percent, risk, purpose, rollbackImpact }, i) => {
    const about = [purpose, risk && `${risk} risk`, rollbackImpact && `rolled back: ${rollbackImpact}`].filter(Boolean)
    return `${String(i + 1).padStart(2)} ${flag.padEnd(width)}  ${`${percent} %`.padStart(6)}  ${state}${about.length > 0 ? `  ${about.join(' · ')}` : ''}`
  })
  return [sentence, ...lines].join('\n')
}
