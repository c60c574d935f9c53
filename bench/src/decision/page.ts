import type { ComparisonTable } from './comparison.ts'
import type { GoalRow } from './goal.ts'
import { goalPicture } from './picture.ts'
import { comparisonCells, figureText } from './table.ts'

export interface DecisionFigures {
  readonly suite: 'decision'
  /** All seeds follow from it. */
  readonly seed: number
  readonly node: string
  readonly goals: readonly GoalRow[]
  readonly comparisons: readonly ComparisonTable[]
}

/** `docs/benchmarks/decision.md` and its picture, from one run. */
export function decisionPage(figures: DecisionFigures): readonly { readonly path: string; readonly text: string }[] {
  return [
    { path: 'docs/benchmarks/decision.md', text: page(figures) },
    { path: 'docs/benchmarks/decision.svg', text: goalPicture(figures.comparisons) },
  ]
}

const page = ({ seed, node, goals, comparisons }: DecisionFigures): string => `# The decision engine, measured

![False rollbacks of healthy rollouts, and failures until a harmful one is rolled back](decision.svg)

From \`npm run bench -- decision --write\` (Node ${node.slice(1)}, seed ${seed}); \`--json\` prints the same figures, \`--reps\`
sets how often each study is repeated, which "runs" tells. Every rollout goes through the product's own \`step\`, block by block; "95 % limit" is
the upper end of the Clopper-Pearson interval. [How it is measured](#how-it-is-measured) stands below.

${goals.filter(({ met }) => met).length} of ${goals.length} lines are met.${missedText(goals)}

## Goals

${markdown([
  ['', 'goal', 'what', 'value', '95 % limit', 'wanted', 'runs', 'first seed'],
  ...goals.map((row) => [
    row.met ? '' : '**missed**',
    row.id,
    row.what,
    figureText(row.value, row.unit),
    row.upper === null ? '' : figureText(row.upper, row.unit),
    row.goal,
    row.firstSeed === null ? '' : String(row.runs),
    row.firstSeed === null ? '' : String(row.firstSeed),
  ]),
])}

## Beside the rules of others

Re-implemented from what their makers publish, hence "-style": they are not the products. Each watches the same calls, at
shares that rise by the clock. Harm and false harm stand together, because a rule that rolls everything back finds every fault.

${comparisons.map((table) => `### ${table.title}\n\nThe rules of others in ${table.runs} runs.\n\n${markdown(comparisonCells(table))}`).join('\n\n')}

${method}
`

/** Why a goal is out of reach as it stands, where that is understood. */
const reasons: Readonly<Record<string, string>> = {
  G7: 'A decision falls at the end of a block, here of 20 candidate calls, and the first six blocks of a stage are not compared. The goal is the end of the eleventh block.',
  G10: 'A test that may be looked at any time and errs once in a thousand takes ln 1000 = 6.9 nats, chi-square at 0.1 % takes 5.4 and errs more the more often it is looked at: that alone is 1.28x. The rest is the price of not knowing how much is lost.',
  G12: 'For the interval people see, harm and safety are kept at twelve limits each, 120 numbers to the last digit. What decides takes 1.1 KB of it.',
}

function missedText(goals: readonly GoalRow[]): string {
  const missed = goals.filter(({ met }) => !met)
  if (missed.length === 0) return ''
  const lines = missed.map(
    ({ id, what, value, unit, goal }) => `- ${id} ${what}: ${figureText(value, unit)}, wanted ${goal}`,
  )
  const known = [...new Set(missed.map(({ id }) => id))].filter((id) => Object.hasOwn(reasons, id))
  return ` Missed:\n\n${lines.join('\n')}\n${known.map((id) => `\n${id}: ${reasons[id]}`).join('\n')}`
}

const markdown = (lines: readonly (readonly string[])[]): string => {
  const [head = [], ...rows] = lines
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

const method = `## How it is measured

- Shares 1, 10, 50, 95 % for 30 minutes each at 20 requests a second in blocks of 10 seconds, where a line says nothing else.
  N8 takes quarters of an hour at 3 a second, N9 to N11 ten minutes a stage.
- Units that come once are drawn as Poisson and binomial counts a block, which is all that the engine sees of them. People who
  come back are drawn one by one; repeated, late, lost and thinned rows go row by row through the product's own ledger.
- Evidence is kept at the limit that decides. The product keeps it at a grid of limits, for the interval it shows; that
  changes no decision, which a test checks.
- Samples count the candidate's units until the rollback. Excess failures are those that the baseline would not have had, on
  average. Wald's bound is ln 100 over the relative entropy of the two rates, both known: no test of level 1 % needs fewer on
  average. The Wald oracle is that test.
- Rules of others run to the end of the plan, or for four hours where the share is held at 1 %; what happened until then counts
  where one never acts. Their limit of 5 % is a habit: at a base rate of 5 % it is the wrong one, and nobody is told.
- N1 base rates. N2 traffic. N3 drift. N4 an incident of both arms. N5 users who differ and come back. N6 users of whom some
  always fail, eight stages. N7 late failures in bursts. N8 heavy tails. N9 many guardrails. N10 what networks do to rows. N11
  thinned units. N12 silence. N13 high rates, late failures, lost rows, going back and forth.`
