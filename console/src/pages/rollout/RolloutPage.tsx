import type { DecisionEvent, Rollout, Series } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { decisionsQuery, rolloutQuery, seriesQuery } from '../../api/queries.ts'
import { IntervalRow } from '../../charts/IntervalPlot.tsx'
import { errorStrip, otherStrips } from '../../charts/strips.ts'
import { TimeStrips } from '../../charts/TimeStrips.tsx'
import { ActionBar } from '../../components/ActionBar.tsx'
import { announcement, tabTitle } from '../../components/announcements.ts'
import { DecisionLog } from '../../components/DecisionLog.tsx'
import { guardrailText } from '../../components/guardrail-text.ts'
import { StageRail } from '../../components/StageRail.tsx'
import { rolloutMarks, toneText } from '../../components/states.ts'
import { worstFirst } from '../../components/verdict-order.ts'
import { DraftPreview } from '../../preview/DraftPreview.tsx'
import { formatCount, formatNumber, formatPercent } from '../../format/numbers.ts'
import { Checklist } from './Checklist.tsx'
import { Failed, Waiting } from '../../ui/States.tsx'
import { useNow } from '../../ui/use-now.ts'

/** What is happening, why, what comes next, what can I do. */
export function RolloutPage({ environment, id }: { environment: string; id: string }) {
  const rollout = useQuery(rolloutQuery(environment, id))
  if (rollout.isPending) return <Waiting />
  if (!rollout.data) return <Failed error={rollout.error as Error} retry={() => void rollout.refetch()} />
  return <LiveRollout environment={environment} rollout={rollout.data} />
}

function LiveRollout({ environment, rollout }: { environment: string; rollout: Rollout }) {
  const now = useNow()
  const series = useQuery(seriesQuery(environment, rollout.id))
  const decisions = useQuery(decisionsQuery(environment, rollout.id))
  const { mark, word, tone } = rolloutMarks[rollout.state]
  const log = decisions.data?.items ?? []
  const [worst, ...others] = worstFirst(rollout.verdicts)
  useEffect(() => {
    document.title = tabTitle(rollout)
  }, [rollout])
  return (
    <article className="pb-4 max-sm:pb-16">
      <Announcer rollout={rollout} />
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 pt-4 pb-3">
        <div className="min-w-0 flex-1 basis-[320px]">
          <p className="eyebrow">
            {rollout.plan.baseline} → {rollout.plan.candidate}
          </p>
          <h1 className="text-20 font-semibold break-words">
            {rollout.flag} <span className={toneText[tone]}>{`${mark} ${word}`}</span>
          </h1>
          <p className="mt-1 max-w-[80ch] text-16">{rollout.why.sentence}</p>
        </div>
        <ActionBar rollout={rollout} />
      </header>
      <StageRail rollout={rollout} now={now} />
      {rollout.state === 'draft' ? (
        <DraftPreview rollout={rollout} />
      ) : (
        <div className="max-sm:hidden">
          <Facts rollout={rollout} />
        </div>
      )}
      <div className="mt-3 grid gap-x-8 gap-y-3 lg:grid-cols-[minmax(0,3fr)_minmax(320px,2fr)] lg:grid-rows-[auto_1fr]">
        <div className="order-2 min-w-0 space-y-3 lg:col-start-1 lg:row-span-2 lg:row-start-1">
          {rollout.state !== 'draft' && <Charts series={series.data} log={log} />}
          <Checklist rollout={rollout} />
          <Reasons rollout={rollout} />
          <section aria-label="Decisions" className="min-w-0">
            <h2 className="eyebrow">
              Decisions ·{' '}
              <a
                className="link"
                href={`/api/v1/environments/${environment}/rollouts/${rollout.id}/report?format=html`}
                target="_blank"
                rel="noreferrer"
              >
                Report
              </a>{' '}
              ·{' '}
              <Link className="link" to="/e/$env/rollouts/$id/log" params={{ env: environment, id: rollout.id }}>
                Deployment log
              </Link>
            </h2>
            <div className="lg:max-h-36 lg:overflow-y-auto" tabIndex={0} role="group" aria-label="Log of decisions">
              <DecisionLog decisions={log} />
            </div>
          </section>
        </div>
        <section aria-label="Worst guardrail" className="order-1 min-w-0 lg:col-start-2">
          <h2 className="eyebrow">Guardrails</h2>
          <ul>{worst && <IntervalRow verdict={worst} />}</ul>
          {!worst && (
            <ul className="list-disc pl-4 text-13">
              {rollout.plan.guardrails.map((guardrail) => (
                <li key={guardrail.id}>{guardrailText(guardrail)}</li>
              ))}
            </ul>
          )}
        </section>
        <section aria-label="Other guardrails" className="order-3 min-w-0 lg:col-start-2">
          <ul>
            {others.map((verdict) => (
              <IntervalRow key={verdict.guardrail} verdict={verdict} />
            ))}
          </ul>
          {worst && <Details rollout={rollout} />}
          <div className="sm:hidden">
            <Facts rollout={rollout} />
          </div>
        </section>
      </div>
    </article>
  )
}

function Charts(props: { series: Series | undefined; log: readonly DecisionEvent[] }) {
  const [stripId, setStripId] = useState('p95')
  const strip = otherStrips.find(({ id }) => id === stripId) ?? otherStrips[0]
  return (
    <section aria-label="Charts" className="min-w-0">
      {props.series && strip ? (
        <TimeStrips series={props.series} decisions={props.log} strips={[errorStrip, strip]} />
      ) : (
        <Waiting />
      )}
      <label className="mt-1 block text-12 text-muted">
        Lower chart{' '}
        <select value={stripId} onChange={(event) => setStripId(event.target.value)} className="field field-small">
          {otherStrips.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </section>
  )
}

/** What it waits for; when nothing, what was chosen where the plan was silent. */
function Reasons({ rollout }: { rollout: Rollout }) {
  const waits = rollout.waitingFor.length > 0
  const sentences = waits ? rollout.waitingFor.map(({ sentence }) => sentence) : rollout.notes
  if (sentences.length === 0) return null
  return (
    <section aria-label={waits ? 'Waiting for' : 'Notes'} className="min-w-0">
      <h2 className="eyebrow">{waits ? 'Waiting for' : 'Notes'}</h2>
      <ul className="list-disc pl-4 text-13">
        {sentences.map((sentence) => (
          <li key={sentence} className="py-0.5">
            {sentence}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Facts({ rollout: { exposure, sampleRatio, uncounted } }: { rollout: Rollout }) {
  const left = uncounted.late + uncounted.mismatch + uncounted.withoutUnit + uncounted.public
  const facts: readonly (readonly [string, string, string])[] = [
    [
      'Exposure',
      `${formatPercent(exposure.set)} set`,
      exposure.actual === null ? 'nothing seen yet' : `${formatPercent(exposure.actual)} seen`,
    ],
    ['Candidate', `${formatCount(exposure.units)} users`, `${formatCount(exposure.calls)} calls`],
    ['Baseline', `${formatCount(exposure.baselineUnits)} users`, `${formatCount(exposure.baselineCalls)} calls`],
    ['Sample ratio', sampleRatio.verdict, left === 0 ? 'every row counted' : `${formatCount(left)} rows not counted`],
  ]
  return (
    <dl className="my-3 grid grid-cols-2 gap-x-6 gap-y-2 sm:flex sm:gap-x-10">
      {facts.map(([name, value, beside]) => (
        <div key={name}>
          <dt className="eyebrow">{name}</dt>
          <dd>
            {value} <span className="text-muted">{beside}</span>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Details({ rollout }: { rollout: Rollout }) {
  return (
    <details className="mt-1 text-12 text-muted">
      <summary>Details of the evidence</summary>
      <table className="mt-1 w-full text-left">
        <thead>
          <tr>
            <th className="font-semibold">guardrail</th>
            <th className="text-right font-semibold">ln E harm</th>
            <th className="text-right font-semibold">breach at</th>
            <th className="text-right font-semibold">ln E safe</th>
            <th className="text-right font-semibold">proven at</th>
          </tr>
        </thead>
        <tbody>
          {rollout.verdicts.map(({ guardrail, harm, safety }) => (
            <tr key={guardrail}>
              <td>{guardrail}</td>
              <td className="text-right">{formatNumber(harm.logE)}</td>
              <td className="text-right">{formatNumber(harm.breachesAt)}</td>
              <td className="text-right">{formatNumber(safety.logE)}</td>
              <td className="text-right">{formatNumber(safety.provenAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}

/** Says aloud what changed; a rollback at once, all else politely. */
function Announcer({ rollout }: { rollout: Rollout }) {
  const before = useRef(rollout)
  const [said, setSaid] = useState({ polite: '', assertive: '' })
  useEffect(() => {
    const news = announcement(before.current, rollout)
    before.current = rollout
    if (news) setSaid((last) => ({ ...last, [news.urgency]: news.text }))
  }, [rollout])
  return (
    <div className="sr-only">
      <p aria-live="polite">{said.polite}</p>
      <p aria-live="assertive">{said.assertive}</p>
    </div>
  )
}
