import { importUnleash } from '@sluice/core/formats'
import { compileFlagSet, evaluate } from '@sluice/core/evaluation'
import type { Answer, Peer, Prepared } from './peer.ts'
import { minimal } from './peers/minimal.ts'
import { type Scenario, type ScenarioName, pairsOf, weights } from './scenario.ts'

const pairs = 20_000

/** How often a peer says yes, and how far from it chance may lead. */
const rates: Readonly<Record<Exclude<ScenarioName, 'c'>, readonly [number, number]>> = {
  a: [0.5, 0.05],
  b: [0.105, 0.03],
  d: [0.323, 0.04],
  e: [0.5, 0.001],
}

/** Throws when a peer does not do the work: before anything is timed, its answers must be right. */
export async function checkAnswers(peer: Peer, prepared: Prepared, scenario: Scenario): Promise<void> {
  if (scenario.name === 'c') await checkVariants(peer, prepared, scenario)
  else await checkRate(peer, prepared, scenario, rates[scenario.name])
  if (peer.sharesHash) await checkEqual(peer, prepared, scenario)
  if (peer.name === 'unleash-client') await checkImported(prepared, scenario)
}

async function checkRate(
  { name }: Peer,
  { evaluate: ask }: Prepared,
  scenario: Scenario,
  [rate, tolerance]: readonly [number, number],
): Promise<void> {
  // Of the thousand flags the eighth, which is one with conditions.
  const flag = scenario.name === 'd' ? 7 : 0
  let on = 0
  for (let user = 0; user < scenario.users.length; user++) if (await ask(flag, user)) on += 1
  const found = on / scenario.users.length
  if (Math.abs(found - rate) > tolerance)
    throw new Error(`${name} lets ${found} in, not ${rate}, in scenario ${scenario.name}.`)
}

async function checkVariants({ name }: Peer, { evaluate: ask }: Prepared, scenario: Scenario): Promise<void> {
  const counts = new Map<Answer, number>()
  for (let user = 0; user < scenario.users.length; user++) {
    const variant = await ask(0, user)
    counts.set(variant, (counts.get(variant) ?? 0) + 1)
  }
  for (const [variant, weight] of weights) {
    const found = (100 * (counts.get(variant) ?? 0)) / scenario.users.length
    if (Math.abs(found - weight) > 5)
      throw new Error(`${name} gives ${found} % the variant ${variant}, not ${weight} %.`)
  }
}

/** The limit and we draw by the same hash: every single answer is the same. */
async function checkEqual({ name }: Peer, { evaluate: ask }: Prepared, scenario: Scenario): Promise<void> {
  const { flag, user } = pairsOf(scenario)
  const reference = await minimal.prepare(scenario)
  for (let i = 0; i < pairs; i++) {
    const [f, u] = [flag[i] as number, user[i] as number]
    if ((await ask(f, u)) !== (await reference.evaluate(f, u)))
      throw new Error(`${name} and the limit disagree on flag ${f} and user ${u} of scenario ${scenario.name}.`)
  }
}

/** Imported into Sluice, the flags of Unleash answer as there. */
async function checkImported({ evaluate: ask }: Prepared, scenario: Scenario): Promise<void> {
  const { unleashContexts, unleashFeature } = await import('./peers/unleash.ts')
  const features = scenario.flags.map((flag) => unleashFeature(flag, scenario.listed))
  const result = importUnleash({ version: 2, features }, () => () => false)
  if (!result.ok) throw new Error('The features of Unleash cannot be imported.')
  const { flags, segments } = result.imported
  const ours = compileFlagSet({ schema: 1, env: 'bench', epoch: 'bench', revision: 1, flags, segments })
  const contexts = unleashContexts(scenario)
  const { flag, user } = pairsOf(scenario)
  for (let i = 0; i < pairs / 10; i++) {
    const [f, u] = [flag[i] as number, user[i] as number]
    const { variant } = evaluate(ours, scenario.flags[f]?.key ?? '', contexts[u] as never, 0)
    const answer = scenario.name === 'c' ? variant : variant === 'on'
    if ((await ask(f, u)) !== answer) throw new Error(`Imported from Unleash, flag ${f} answers user ${u} otherwise.`)
  }
}
