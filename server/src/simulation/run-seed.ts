// One history again, to look at:   run-seed.ts 4711
// The same with a planted bug:     run-seed.ts 4711 P7
// A share of many, as JSON:        run-seed.ts 0-5000
import { checkSeeds } from './check-seeds.ts'
import { simulateHistory } from './history.ts'
import { brokenIn } from './invariants/index.ts'
import { plantedBugs } from './planted-bugs.ts'
import { SimulatedStore } from './simulated-store.ts'
import { printTrace } from './trace.ts'

const [seeds = '', bug] = process.argv.slice(2)
const [from, to] = seeds.split('-').map(Number)
if (from === undefined || !Number.isSafeInteger(from)) {
  console.error('Expected a seed, such as 4711, or a range of seeds, such as 0-5000.')
  process.exitCode = 1
} else if (to !== undefined) console.log(JSON.stringify(await checkSeeds(from, to)))
else {
  const sabotage = plantedBugs.find(({ name }) => name.startsWith(`${bug} `))?.sabotage
  const trace = await simulateHistory(from, await SimulatedStore.create(), sabotage)
  console.log(printTrace(trace))
  for (const { invariant, at, how } of brokenIn(trace))
    console.log(`\n${invariant.id} is broken at line ${at + 1}: ${how}\n${invariant.sentence}`)
}
