import { signOf } from '@sluice/core/rollout'
import type { DecisionEvent, Report, RolloutVerdict } from '@sluice/contract'

/** Text as HTML shows it. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const style = `
:root { color-scheme: light dark; --bg: #fff; --text: #16191d; --muted: #565e6a; --line: #d9dde3; --edge: #78818e; --accent: #3651d4; --fail: #b3261e; --ok: #15704a }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1114; --text: #e8eaed; --muted: #a0a8b3; --line: #2c323a; --edge: #6f7885; --accent: #93a6ff; --fail: #ff8a80; --ok: #5cc795 } }
* { box-sizing: border-box } body { margin: 0 auto; max-width: 960px; padding: 24px 16px 48px; background: var(--bg); color: var(--text); font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 8px } h2 { font-size: 16px; margin: 32px 0 8px } p { margin: 4px 0 } .muted { color: var(--muted) } .fail { color: var(--fail) } .ok { color: var(--ok) }
figure { margin: 16px 0 } svg { width: 100%; height: auto; display: block } svg text { fill: var(--muted); font: 11px system-ui, sans-serif }
.facts { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 16px 0 } .facts div { min-width: 120px } .facts b { display: block; font-size: 22px; line-height: 1.2 }
table { width: 100%; border-collapse: collapse } td, th { padding: 6px 8px 6px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) } th { font-weight: 600; color: var(--muted) } .scroll { overflow-x: auto }
`

/** The report as one page that needs nothing else: picture first. */
export function reportPage(report: Report): string {
  const { rollout, headline, sentences, exposed, fired, timeline, credit } = report
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(headline)}</title><style>${style}</style></head><body>
<h1 class="${rollout.state === 'rolled_back' ? 'fail' : rollout.state === 'completed' ? 'ok' : ''}">${escaped(headline)}</h1>
<p>${escaped(sentences[0] ?? '')}</p>
<figure>${picture(report)}<figcaption class="muted">Failed calls of <span style="color:var(--accent)">${escaped(rollout.plan.candidate)}</span> and ${escaped(rollout.plan.baseline)}; below, the share that got the candidate.</figcaption></figure>
<div class="facts"><div><b>${exposed.units}</b>users exposed</div><div><b>${exposed.calls}</b>calls</div><div><b>${exposed.failedCalls}</b>failed calls</div>${reaction(report)}</div>
${sentences
  .slice(1)
  .map((sentence) => `<p>${escaped(sentence)}</p>`)
  .join('')}
<h2>${fired.length > 0 ? 'What fired' : 'Guardrails'}</h2><div class="scroll"><table><tr><th>Guardrail</th><th>Now</th><th>Interval</th><th>Limit</th><th>Users</th></tr>${(fired.length > 0 ? fired : rollout.verdicts).map(verdictRow).join('')}</table></div>
<h2>Decisions</h2><div class="scroll"><table>${timeline.map(decisionRow).join('')}</table></div>
${credit ? `<p class="muted" style="margin-top:32px;font-size:12px">${escaped(credit)}</p>` : ''}
<p class="muted" style="font-size:12px">Sluice · ${escaped(rollout.id)} · ${escaped(rollout.environment)}</p>
</body></html>`
}

function reaction({ firstExcessAt, decidedAt }: Report): string {
  if (!firstExcessAt || !decidedAt) return ''
  const seconds = Math.max(0, Math.round((Date.parse(decidedAt) - Date.parse(firstExcessAt)) / 1000))
  return `<div><b>${seconds} s</b>from the first excess to the decision</div>`
}

const amount = (value: number | null, { compare, stat, unit }: RolloutVerdict): string => {
  if (value === null) return '–'
  if (compare === 'ratio') return `${Number(value.toPrecision(3))}x`
  return stat === 'rate' ? `${Number((value * 100).toPrecision(3))} %` : `${Number(value.toPrecision(3))} ${unit}`
}

const verdictRow = (verdict: RolloutVerdict): string =>
  `<tr><td>${escaped(verdict.label)}</td><td>${amount(verdict.estimate, verdict)}</td><td>${amount(verdict.interval[0], verdict)} to ${amount(verdict.interval[1], verdict)}</td><td>${amount(verdict.limit, verdict)}</td><td>${verdict.candidate.units} / ${verdict.baseline.units}</td></tr>`

const decisionRow = ({ at, action, from, to, why, actor }: DecisionEvent): string =>
  `<tr><td class="muted">${at.slice(11, 19)}</td><td>${signOf(action)} ${escaped(action)}</td><td>${from === to ? `${to} %` : `${from} % → ${to} %`}</td><td>${escaped(why.sentence)} <span class="muted">${escaped(actor.name)}</span></td></tr>`

const width = 900
const upper = 180
const lower = 60
const left = 44

/** Failure rates of both arms above, exposure below, decisions as lines through both. */
function picture({ series: { points }, timeline }: Report): string {
  const first = Date.parse(points[0]?.at ?? '')
  const last = Date.parse(points.at(-1)?.at ?? '')
  if (points.length < 2 || last <= first) return '<p class="muted">Too little was observed to draw.</p>'
  const x = (at: string) => left + ((Date.parse(at) - first) / (last - first)) * (width - left - 8)
  const smooth = (arm: 'candidate' | 'baseline') =>
    points.flatMap((point, i) => {
      const window = points.slice(Math.max(0, i - 2), i + 3)
      const calls = window.reduce((sum, { [arm]: of }) => sum + of.calls, 0)
      return calls === 0
        ? []
        : [{ at: point.at, rate: window.reduce((sum, { [arm]: of }) => sum + of.errors, 0) / calls }]
    })
  const lines = { candidate: smooth('candidate'), baseline: smooth('baseline') }
  const top = Math.max(0.05, ...[...lines.candidate, ...lines.baseline].map(({ rate }) => rate)) * 1.1
  const y = (rate: number) => 10 + (1 - rate / top) * (upper - 20)
  const path = (line: readonly { at: string; rate: number }[]) =>
    line.map(({ at, rate }, i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(rate).toFixed(1)}`).join('')
  const shareY = (percent: number) => upper + 10 + (1 - percent / 100) * (lower - 12)
  const floor = upper + lower - 2
  const share = points
    .map(
      ({ at, setPercent }, i) =>
        `${i === 0 ? `M${x(at).toFixed(1)} ${floor}L` : `L${x(at).toFixed(1)} ${shareY(points[i - 1]?.setPercent ?? 0).toFixed(1)}L`}${x(at).toFixed(1)} ${shareY(setPercent).toFixed(1)}`,
    )
    .join('')
  const inside = timeline.filter(({ at }) => Date.parse(at) >= first && Date.parse(at) <= last + 120_000)
  const decisions = inside.map(({ at, action, from, to }) => {
    const atX = Math.min(width - 8, x(at)).toFixed(1)
    const color = action === 'rollback' ? 'var(--fail)' : 'var(--edge)'
    return `<line x1="${atX}" x2="${atX}" y1="8" y2="${floor}" stroke="${color}" stroke-width="1" stroke-dasharray="3 3"/><text x="${atX}" y="8" text-anchor="${Number(atX) > width - 90 ? 'end' : 'start'}">${signOf(action)} ${from} → ${to} %</text>`
  })
  return `<svg viewBox="0 0 ${width} ${upper + lower}" role="img" aria-label="Failure rates and exposure over time">
<line x1="${left}" x2="${width - 8}" y1="${y(0)}" y2="${y(0)}" stroke="var(--line)"/><text x="0" y="${y(0)}">0 %</text><text x="0" y="${y(top / 1.1) + 4}">${Number(((100 * top) / 1.1).toPrecision(2))} %</text>
<path d="${path(lines.baseline)}" fill="none" stroke="var(--edge)" stroke-width="1.5"/><path d="${path(lines.candidate)}" fill="none" stroke="var(--accent)" stroke-width="2"/>
<path d="${share}L${x(points.at(-1)?.at ?? '').toFixed(1)} ${floor}Z" fill="var(--accent)" fill-opacity=".18"/><text x="0" y="${floor}">share</text>${decisions.join('')}</svg>`
}
