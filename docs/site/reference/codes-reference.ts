import { problems } from '@sluice/contract'
import type { ProblemCode } from '@sluice/contract'
import type { FindingCode } from '@sluice/core/planning'
import type { DecisionAction, RolloutPhase, VerdictWord, WaitingCode } from '@sluice/core/rollout'
import { code, table } from './table.ts'

// The types make these tables complete: a code that is added without its line does not compile.

const waiting: Readonly<Record<WaitingCode, readonly [string, string]>> = {
  start: ['Nobody has started it.', 'Start it.'],
  after: ['A flag that `after` names has not completed.', 'Wait, or complete that one.'],
  checklist: ['An item of the checklist is open.', '`sluice check ls FLAG` shows which.'],
  time: ['The least time of the stage is not over.', 'Wait. Time in which something held it does not count.'],
  proof: ['A guardrail has not shown enough yet.', 'Wait; or `proceed`, and the log says that it was unproven.'],
  gate: ['All is met; a person opens the next stage.', '`sluice rollout proceed FLAG`'],
  person: ['A person holds it.', '`sluice rollout resume FLAG`'],
  breach: ['A limit is proven broken.', 'Roll back; or resume, which is a new attempt with fresh evidence.'],
  shared_incident: [
    'A limit is broken, and the baseline suffers as well.',
    'Look at what both sides share, such as the provider. It goes on by itself.',
  ],
  warning: [
    'There are early signs of harm, or the last ones are not long enough ago.',
    'Look at the guardrail. It goes on by itself once they are gone.',
  ],
  no_data: ['A side that a guardrail needs is silent.', 'Does the application run and report? `sluice doctor`'],
  sample_ratio: ['The two sides are not of the sizes that were drawn.', 'Find what loses or doubles rows of one side.'],
  both_sides: ['Many units reported from both sides.', 'Report the unit that is sampled.'],
  max_duration: ['The attempt takes longer than the plan allows.', 'Go on without proof, or roll back.'],
  clock: ['The clock was set back.', 'Set it right; it goes on by itself.'],
  stale_sdks: [
    'SDKs that still report hold the flags of before the present share.',
    'Look why they do not get them (a proxy that holds streams back?), or wait for their next poll.',
  ],
  killed: ['The flag is switched off.', '`sluice flag on FLAG`'],
}

const findings: Readonly<Record<FindingCode, readonly [string, string]>> = {
  unguarded: ['No guardrail acts in a stage.', 'Add one that holds or rolls back.'],
  no_baseline: ['At 100 % nobody is left to compare with.', 'Keep a holdback, or use absolute limits there.'],
  shares: ['The shares do not rise.', 'Give the stages in the order in which they open.'],
  contradiction: [
    'Two guardrails cannot both be kept, or one limit has two consequences.',
    'Move one limit, or keep one of them.',
  ],
  baseline_beyond: [
    'The baseline breaks a limit already, or a candidate just like it would.',
    'Move the limit, or compare with the baseline.',
  ],
  no_time: [
    'A stage may be over before anything was looked at.',
    'Give it time, or let the guardrail wait for slow failures.',
  ],
  blind: [
    'A stage does not find harm of twice the limit in time.',
    'A longer stage, a larger share, or take it as a warm-up.',
  ],
  unreachable: [
    'A proof is impossible, or a limit that no candidate can break: beyond all, or behind a stricter one.',
    'Move the line, advance on quiet, or leave it out.',
  ],
  slow_proof: [
    'A proof takes more than three times the least time, or windows longer than the stage.',
    'Plan for it, open a larger share, or advance on quiet.',
  ],
  between: [
    'What is like the baseline lies between a target and its limit.',
    'Move the target beyond what is normal, or compare with the baseline.',
  ],
  short_stage: [
    'A stage is over before slow failures, warm caches or silence can be seen.',
    'Let it last longer, or advance on proof.',
  ],
  too_long: ['The stages take longer than `maxDuration`.', 'Allow it more time, or shorten the stages.'],
  window_alarms: [
    'A plain threshold would fire in many healthy rollouts.',
    'Use evidence, longer windows, or a further limit.',
  ],
  window_empty: ['A window gets fewer calls than it needs.', 'Longer windows, fewer samples, or evidence.'],
  requests: ['Calls are taken as independent of each other.', 'Count units, unless each call stands for itself.'],
  no_budget: ['A limit of 0: one event is a breach.', 'Allow a small budget.'],
  few_units: ['A stage has fewer than 100 units on the smaller side.', 'Let it last longer, or open a larger share.'],
  doubling: ['A stage at most doubles the share before it.', 'Raise by three and more, or leave it out.'],
  only_told: [
    'No guardrail on a metric does more than notify.',
    'Add one that holds at a further limit, if it matters.',
  ],
  fallback_unguarded: ['Calls fall back, and nothing looks at it.', 'Add a guardrail on `fallback`.'],
  unseen: ['No call has reported a metric so far.', 'Report it, check its name, or leave the guardrail out.'],
  same_draw: [
    'It draws the units of a rollout again that was rolled back.',
    'Give the sample another salt, unless these units are meant.',
  ],
  tokenizers: ['Tokens of models with different tokenizers are compared.', 'Compare `cost_usd`.'],
  no_traffic: ['Nothing is known of the traffic.', 'Say it: `--units-per-day` and what else you know.'],
}

const remedies: Readonly<Record<ProblemCode, string>> = {
  INVALID_INPUT: 'Correct the fields that `errors` names.',
  UNAUTHENTICATED: 'Send `Authorization: Bearer` with a key that exists.',
  FORBIDDEN: 'Use a key of another kind or environment.',
  NOT_FOUND: 'Check the name and the environment.',
  METHOD_NOT_ALLOWED: '`Allow` lists the methods.',
  ALREADY_EXISTS: 'Choose another name, or change what is there.',
  STATE_CONFLICT: 'The detail says what stands in the way.',
  VERSION_CONFLICT: 'Read it again and repeat your change on the new version.',
  TOO_LARGE: 'Send less at once.',
  UNSUPPORTED_MEDIA_TYPE: 'Send `Content-Type: application/json`.',
  UNPROCESSABLE: 'The shape is right and a rule is broken: see `errors`.',
  KEY_REUSED: 'Use a new idempotency key for a new request.',
  LIMIT_EXCEEDED: 'Wait as long as `Retry-After` says.',
  INTERNAL: 'Look at the log of the server for the request id.',
  UNAVAILABLE: 'Try again shortly.',
  STORAGE_FULL: 'Make room on the disk of the database.',
}

const states: Readonly<Record<RolloutPhase, string>> = {
  draft: 'Planned; nobody has the candidate.',
  running: 'On its way.',
  held: 'The clock of the stage stands still; `waitingFor` says why.',
  awaiting_decision: 'All evidence is there; a person or a checklist is missing.',
  rolled_back: 'Ended at 0 %.',
  completed: 'Ended at 100 %.',
  superseded: 'A person took the share over.',
}

const verdicts: Readonly<Record<VerdictWord, string>> = {
  pass: 'Safety is proven: the interval lies within the safe line.',
  measuring: 'Not known yet.',
  warn: 'Strong signs of harm, no proof.',
  fail: 'Harm is proven: the interval lies beyond the limit.',
  no_data: 'A side that is needed is silent.',
}

/** Actions with the type under which channels are told of them; null: they are not. */
const actions: Readonly<Record<DecisionAction, readonly [string, string]>> = {
  start: ['rollout.started', 'The first stage has begun.'],
  proceed: ['rollout.proceeded', 'The share went up.'],
  complete: ['rollout.completed', 'The plan is through.'],
  hold: ['rollout.held', 'It was stopped where it is.'],
  resume: ['rollout.resumed', 'It goes on; after a breach with fresh evidence.'],
  'step-back': ['rollout.stepped_back', 'Back to the share of the stage before.'],
  rollback: ['rollout.rolled_back', 'To 0 %, or to less and held there.'],
  takeover: ['rollout.taken_over', 'A person set the share.'],
  notify: ['rollout.noticed', 'Something that people should know, and nothing was changed.'],
  arm: ['rollout.arm', 'A start was asked for and waits.'],
  check: ['rollout.check', 'An item of the checklist was answered.'],
  note: ['rollout.note', 'A note was written.'],
}

const others = [
  ['flag.changed', 'A flag was written.'],
  ['flag.killed', 'A flag was switched off.'],
  ['alert.opened', 'Something is wrong.'],
  ['alert.acknowledged', 'Somebody looks after it.'],
  ['alert.resolved', 'Its cause is gone, or somebody resolved it.'],
] as const

const reasons = [
  ['PROVEN', 'Every guardrail has shown safety.'],
  ['QUIET', 'The time was up and nothing pointed to harm; the sentence says what is ruled out.'],
  ['PERSON', 'A person asked for it.'],
  ['BREACH', 'A limit was proven broken.'],
  ['NO_DATA', 'The plan lowers the share on silence.'],
  ['NOTICE', 'A breach that only notifies, or a silence that does.'],
  ['ENGINE', 'The server answered an item of a checklist, or started what was armed.'],
] as const

const byCode = (entries: Readonly<Record<string, readonly [string, string]>>): string[][] =>
  Object.entries(entries).map(([name, [means, remedy]]) => [code(name), means, remedy])

/** Everything that has a code, with what it means and what to do. */
export function codesReference(): string {
  const refusals = Object.entries(problems).map(([name, { status, title }]) => [
    code(name),
    String(status),
    `${title}.`,
    remedies[name as ProblemCode],
  ])
  const two = (entries: Readonly<Record<string, string>>): string[][] =>
    Object.entries(entries).map(([name, text]) => [code(name), text])
  return `# Codes

Each code comes with a sentence that has the figures; the code is for programs.

## States

${table([code('state'), 'Meaning'], two(states))}

## Waiting for

What keeps a rollout from going on stands in \`waitingFor\`, the weightiest first.

${table(['Code', 'What it means', 'What to do'], byCode(waiting))}

## Verdicts

${table([code('verdict'), 'Meaning'], two(verdicts))}

## Decisions

Why something happened: \`why.code\` of an event. Of a rollout it is its state, such as \`RUNNING\`, or \`HELD_\` and what holds it.

${table(
  ['Code', 'Meaning'],
  reasons.map(([name, text]) => [code(name), text]),
)}

## Event types

The action of an event, and the type under which [channels](../how-to/notifications.md) know it.

${table(
  ['Action', 'Type', 'What happened'],
  Object.entries(actions).map(([name, [type, text]]) => [code(name), code(type), text]),
)}

${table(
  ['Type', 'What happened'],
  others.map(([name, text]) => [code(name), text]),
)}

## Findings

What the linter says of a plan before its start. An *error* keeps it from starting.

${table(['Code', 'What is wrong', 'What to do'], byCode(findings))}

## Problems

Every refusal of the API is one of these (RFC 9457). \`errors\` names each bad field by its pointer.

${table(['Code', 'Status', 'What it means', 'What to do'], refusals)}
`
}
