import type { DeploymentLog, LogEntry } from '@sluice/contract'

/** The log as Markdown, with the headings that deployment logs are kept under by hand. */
export function logMarkdown({ flag, environment, rollout, entries }: DeploymentLog): string {
  const head = [`# Deployment log: ${flag} in ${environment}`, '', `Rollout ${rollout}`]
  return `${[...head, ...entries.flatMap((entry) => ['', ...entryLines(entry)])].join('\n')}\n`
}

function entryLines({
  phase,
  startedAt,
  engineer,
  reason,
  pre,
  deployment,
  post,
  decision,
  notes,
}: LogEntry): string[] {
  const box = (text: string, isDone: boolean, note: string | null): string =>
    `- [${isDone ? 'x' : ' '}] ${inline(text)}${note === null ? '' : `: ${inline(note)}`}`
  const lines = (list: LogEntry['pre']): string[] =>
    list.map(({ text, state, note }) =>
      box(state === 'skipped' ? `${text} (skipped)` : text, state !== 'open' && state !== 'failed', note),
    )
  const rate = post.errorRate === null ? 'no calls' : `${(post.errorRate * 100).toFixed(2)} %`
  const mean = post.avgResponseTime === null ? 'no calls' : `${Math.round(post.avgResponseTime)} ms`
  const kind = decision?.kind
  const because = decision ? `${decision.by.name}, ${decision.at}: ${decision.why}` : null
  return [
    `## Deployment: ${startedAt.slice(0, 10)}`,
    '',
    `**Phase:** ${phase}  `,
    `**Time:** ${startedAt}  `,
    `**Engineer:** ${inline(engineer.name)}${reason ? ` (${inline(reason)})` : ''}`,
    '',
    '### Pre-Deployment',
    ...(pre.length > 0 ? lines(pre) : ['- Nothing on the checklist']),
    '',
    '### Deployment',
    ...lines(deployment),
    '',
    `### Post-Deployment (${post.complete ? '24h' : `${post.hours} h so far`})`,
    box(`Error rate: ${rate}`, post.complete, null),
    box(`Avg response time: ${mean}`, post.complete, null),
    box(`Total requests: ${post.totalRequests}`, post.complete, null),
    box(`User complaints: ${post.complaints}`, post.complete, null),
    '',
    '### Decision',
    box(
      'Proceed to next phase',
      kind === 'proceed' || kind === 'complete',
      kind === 'proceed' || kind === 'complete' ? because : null,
    ),
    box('Hold current phase', kind === 'hold', kind === 'hold' ? because : null),
    box('Rollback', kind === 'rollback', kind === 'rollback' ? because : null),
    ...(kind === 'takeover' ? [box('Taken over by a person', true, because)] : []),
    '',
    '**Notes:**',
    ...(notes.length > 0 ? notes.map(({ text, by, at }) => `- ${inline(text)} (${inline(by)}, ${at})`) : ['- none']),
  ]
}

/** On one line, and none of it read as Markdown or HTML. */
const inline = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>#|]/g, (mark) => `\\${mark}`)
