// Measures one peer in a process of its own, and prints what it found as one line of JSON.
import { checkAnswers } from './check-answers.ts'
import { bytesOf, runner, sinkValue, timeOf } from './measure.ts'
import { peers } from './peers/index.ts'
import { type ScenarioName, scenarioOf } from './scenario.ts'

const [, , peerName = '', scenarios = 'abcde', what = 'time'] = process.argv
const load = peers[peerName]
if (!load) throw new Error(`There is no peer "${peerName}".`)
const peer = await load()
const found: Record<string, number> = {}
for (const name of scenarios.split('') as ScenarioName[]) {
  const scenario = scenarioOf(name)
  const prepared = await peer.prepare(scenario)
  await checkAnswers(peer, prepared, scenario)
  const work = runner(prepared, scenario, peer.isAsync)
  found[name] = what === 'bytes' ? await bytesOf(work) : await timeOf(work)
  prepared.close?.()
}
console.log(JSON.stringify({ found, sink: sinkValue() > 0 }))
process.exit(0)
