import { parseDuration } from '@sluice/contract'
import type { Rollout } from '@sluice/contract'
import { UsageError } from '../command.ts'
import type { Output } from '../command.ts'
import { RequestError } from '../connection.ts'
import type { Connection } from '../connection.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { codeOf } from './code-of.ts'
import { rolloutText } from './rollout-text.ts'

export interface WatchFlags {
  readonly json: boolean
  /** Shows each change on the way. */
  readonly watch: boolean
  readonly until: string
  readonly timeout: string
}

type Goal = (rollout: Rollout) => boolean

const lookEveryMs = 1000
const over = new Set<Rollout['state']>(['rolled_back', 'completed', 'superseded'])

const needsPerson: Goal = ({ state, waitingFor }) =>
  state === 'awaiting_decision' ||
  waitingFor.some(({ code }) => ['breach', 'person', 'max_duration', 'killed'].includes(code))

function goalOf(until: string): Goal {
  if (until === 'decided') return needsPerson
  if (until === 'completed') return () => false
  const percent = Number(/^stage:([\d.]+)$/.exec(until)?.[1])
  if (!(percent > 0 && percent <= 100))
    throw new UsageError(`Expected --until decided, completed or stage:50; got "${until}".`)
  return ({ stage }) => stage !== null && stage.percent >= percent
}

/**
 * Looks every second until the goal is there, the rollout is over, or the time is up. A server that does not answer for a
 * while, as while it is deployed, is asked again.
 */
export async function watchRollout(
  to: Connection,
  path: string,
  { json, watch, until, timeout }: WatchFlags,
  output: Output,
): Promise<ExitCode> {
  const limit = parseDuration(timeout)
  if (limit === null) throw new UsageError(`Expected --timeout as "30m" or "2h"; got "${timeout}".`)
  const isThere = goalOf(until)
  const endMs = Date.now() + limit
  const look = patient(to, path, output)
  let said = ''
  for (;;) {
    const rollout = await look()
    if (rollout) {
      const enough = over.has(rollout.state) || isThere(rollout)
      const text = json ? JSON.stringify(rollout) : rolloutText(rollout)
      if (text !== said && (enough || watch)) {
        output.out(inPlace(text, said, output.terminal && !json))
        said = text
      }
      if (enough)
        return until.startsWith('stage:') && isThere(rollout) && !over.has(rollout.state)
          ? exitCodes.ok
          : codeOf(rollout)
    }
    if (Date.now() >= endMs) {
      output.err(`${rollout ? `Still ${rollout.state}` : 'The server does not answer'} after ${timeout}.`)
      return exitCodes.timeout
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

/** A look that answers null while the server is away, and says so once. The first look fails as any request does. */
function patient(to: Connection, path: string, { err }: Output): () => Promise<Rollout | null> {
  let state: 'new' | 'there' | 'away' = 'new'
  return async () => {
    try {
      const rollout = await to.inside<Rollout>('GET', path)
      if (state === 'away') err('The server answers again.')
      state = 'there'
      return rollout
    } catch (error) {
      const isAway = error instanceof RequestError && (error.status === 0 || error.status >= 500)
      if (!isAway || state === 'new') throw error
      if (state === 'there') err(`${error.detail} It is asked again every second.`)
      state = 'away'
      return null
    }
  }
}

const inPlace = (text: string, said: string, terminal: boolean): string =>
  terminal && said !== '' ? `\u001B[${said.split('\n').length}A\u001B[J${text}` : text
