import { setTimeout as sleep } from 'node:timers/promises'
import { FlagSwitch, connectSdk, evaluatedAt } from './changes.ts'
import { monotonicMs } from './monotonic.ts'
import { startSluice } from '../sluice-process.ts'
import type { ServerProcess } from '../sluice-process.ts'
import { Fan, startBare } from './processes.ts'

const adminKey = 'bench-admin-key-0123456789-0123456789'
/** Between changes: what one change leaves behind is not the next one's. */
const restMs = 20

/** Milliseconds until the SDK evaluated a change anew. */
export interface SdkTimes {
  /** From the answer to whoever made the change; 0 where the SDK knew before that. */
  readonly fromAccepted: readonly number[]
  /** From the sending of the change: with the request and the commit to disk. */
  readonly fromSent: readonly number[]
}

/** One SDK, `changes` changes, one at a time. */
export async function timeSdk(changes: number): Promise<SdkTimes> {
  const server = await startSluice(adminKey)
  const flag = new FlagSwitch(server.url, adminKey)
  await flag.flip()
  const client = await connectSdk(server.url, adminKey, flag.environment)
  const fromAccepted: number[] = []
  const fromSent: number[] = []
  // The first ones find code that has never run.
  for (let i = -10; i < changes; i += 1) {
    const evaluated = evaluatedAt(client, !flag.enabled)
    const { sentMs, acceptedMs } = await flag.flip()
    const evaluatedMs = await evaluated
    if (i >= 0) {
      fromAccepted.push(Math.max(0, evaluatedMs - acceptedMs))
      fromSent.push(evaluatedMs - sentMs)
    }
    await sleep(restMs)
  }
  await client.close()
  await server.end()
  return { fromAccepted, fromSent }
}

/** Milliseconds from an accepted change until the last of all streams had it, for Sluice and for bare node:http. */
export interface FanTimes {
  readonly sluice: readonly number[]
  readonly bare: readonly number[]
}

/** Changes alternate between the two, so that both meet the same moments of the machine. */
export async function timeFans(streams: number, changes: number): Promise<FanTimes> {
  const [server, bare] = await Promise.all([startSluice(adminKey), startBare()])
  const flag = new FlagSwitch(server.url, adminKey)
  await flag.flip()
  const fan = await Fan.open({ ...flag.stream, streams })
  const bareFan = await Fan.open({ url: bare.url, headers: {}, streams })
  const times = { sluice: [] as number[], bare: [] as number[] }
  for (let i = -5; i < changes; i += 1) {
    const heard = fan.next()
    const { acceptedMs } = await flag.flip()
    const lastMs = await heard
    await sleep(restMs)
    const bareTime = await timeBare(bare, bareFan)
    await sleep(restMs)
    if (i < 0) continue
    times.sluice.push(Math.max(0, lastMs - acceptedMs))
    times.bare.push(bareTime)
  }
  fan.end()
  bareFan.end()
  await Promise.all([server.end(), bare.end()])
  return times
}

/** It answers when it has written to all, as Sluice does. */
async function timeBare({ url }: ServerProcess, fan: Fan): Promise<number> {
  const heard = fan.next()
  await (await fetch(url, { method: 'POST' })).arrayBuffer()
  const acceptedMs = monotonicMs()
  return Math.max(0, (await heard) - acceptedMs)
}
