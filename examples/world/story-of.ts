import type { LogEvent } from '@sluice/contract'

const day = 86_400_000

/** What happened to rollouts, a line each; what was ticked off a list together is one line. */
export function storyOf(events: readonly LogEvent[], environment: string, startMs: number): readonly string[] {
  const told = events.flatMap((event) => {
    const { flag } = (event.evidence ?? {}) as { flag?: string }
    if (event.subject.kind !== 'rollout' || flag === undefined || event.action === 'arm') return []
    const name = environment === 'production' ? flag : `${flag} (${environment})`
    const days = ((Date.parse(event.at) - startMs) / day).toFixed(1).padStart(5)
    const share = event.from === event.to ? `${event.to} %` : `${event.from} → ${event.to} %`
    const head = `day ${days}  ${name.padEnd(20)} ${event.action.padEnd(9)} ${share.padEnd(11)} `
    return [{ head, sentence: event.why?.sentence ?? '', action: event.action }]
  })
  return told.flatMap(({ head, sentence, action }, i) => {
    if (action !== 'check') return [head + sentence]
    if (told[i + 1]?.head === head) return []
    const items = told.slice(0, i + 1).filter((one) => one.head === head)
    return [head + (items.length === 1 ? sentence : `${items.length} items of its checklist are done`)]
  })
}
