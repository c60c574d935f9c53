import type { DecisionEvent, Rollout } from '@sluice/contract'

const states: Readonly<Record<Rollout['state'], string>> = {
  draft: '○ draft',
  running: '● running',
  held: '‖ held',
  awaiting_decision: '? awaiting a decision',
  rolled_back: '▼ rolled back',
  completed: '✔ completed',
  superseded: '↷ superseded',
}

const verdicts = {
  pass: '✔ pass',
  measuring: '◔ measuring',
  warn: '▲ warning',
  fail: '✖ breach',
  no_data: '◌ no data',
} as const

/** The live rollout as a terminal shows it. */
export function rolloutText(rollout: Rollout): string {
  const { flag, environment, state, why, exposure, plan, stage, waitingFor } = rollout
  const seen = exposure.actual === null ? 'nothing seen' : `${Number(exposure.actual.toPrecision(3))} % seen`
  const stages = plan.stages.map(
    ({ percent }, i) =>
      `${stage && i < stage.index ? '✔' : stage && i === stage.index && !rollout.endedAt ? '●' : '·'} ${percent} %`,
  )
  return [
    `Rollout   ${flag} · ${environment}   ${states[state]}`,
    `Why       ${why.sentence}`,
    `Exposure  ${exposure.set} % set · ${seen} · ${exposure.units} users, ${exposure.calls} calls (baseline ${exposure.baselineUnits}, ${exposure.baselineCalls})`,
    `Stages    ${stages.join('   ')}`,
    ...rollout.verdicts.map(({ verdict, sentence }) => `Guard     ${verdicts[verdict].padEnd(11)} ${sentence}`),
    ...waitingFor.map(({ sentence }, i) => `${i === 0 ? 'Waits for' : '         '} ${sentence}`),
    `Id        ${rollout.id}`,
  ].join('\n')
}

export const decisionText = ({ at, action, from, to, why, actor }: DecisionEvent): string =>
  `${at}  ${action.padEnd(9)} ${from === to ? `${to} %` : `${from} % → ${to} %`}  ${why.sentence}  (${actor.kind === 'engine' ? 'by itself' : actor.name})`
