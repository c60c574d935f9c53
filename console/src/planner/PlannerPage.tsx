import { aboutText, effectText, previewPlan } from '@sluice/core/planning'
import type { Preview } from '@sluice/core/planning'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { Findings } from '../preview/Findings.tsx'
import { StageOutlooks } from '../preview/StageOutlooks.tsx'
import { Button } from '../ui/Button.tsx'
import { SketchForm } from './SketchForm.tsx'
import { faultsOf, firstSketch, planFileOf, planOf, readSketch, trafficOf, writeSketch } from './sketch.ts'
import type { Sketch } from './sketch.ts'

/** A plan and what it will see, worked out in the page: nothing is sent anywhere. */
export function PlannerPage() {
  const [sketch, setSketch] = useState(() => readSketch(location.hash))
  const change = (part: Partial<Sketch>): void => setSketch((present) => ({ ...present, ...part }))
  const [round, setRound] = useState(0)
  useEffect(() => {
    history.replaceState(null, '', `#${writeSketch(sketch)}`)
  }, [sketch])
  return (
    <main className="mx-auto max-w-[1280px] px-4 pb-16 sm:px-6">
      <header className="pt-8 pb-6">
        <p className="eyebrow">Sluice · Planner</p>
        <h1 className="mt-1 text-28 font-semibold">What will your rollout find?</h1>
        <p className="mt-2 max-w-[64ch] text-16 text-muted">
          Say what your traffic is like and how you would open a change. The engine’s own statistics say what each stage
          finds, how soon, and where it is blind. Everything is worked out in this page; nothing is sent.
        </p>
      </header>
      <div className="grid gap-8 lg:grid-cols-[minmax(320px,2fr)_minmax(0,3fr)]">
        <div>
          <SketchForm key={round} sketch={sketch} change={change} />
          <Button
            className="mt-5"
            onClick={() => {
              setSketch(firstSketch)
              setRound(round + 1)
            }}
          >
            Start over
          </Button>
        </div>
        <Outcome sketch={useDeferredValue(sketch)} />
      </div>
    </main>
  )
}

function Outcome({ sketch }: { sketch: Sketch }) {
  const faults = faultsOf(sketch)
  const preview = useMemo(
    () => (faultsOf(sketch).length === 0 ? previewPlan(planOf(sketch), trafficOf(sketch)) : null),
    [sketch],
  )
  return (
    <section aria-label="What it finds" className="min-w-0 lg:sticky lg:top-4 lg:self-start">
      {preview ? (
        <>
          <p role="status" className="text-20 font-semibold">
            {headline(preview)}
          </p>
          <p className="mt-1 mb-3 text-13 text-muted">Each figure holds in 80 of 100 rollouts.</p>
          <StageOutlooks
            stages={preview.stages.map(({ sharePer100k, ...stage }) => ({ ...stage, percent: sharePer100k / 1000 }))}
          />
          <Findings findings={preview.findings} />
          <PlanFile sketch={sketch} />
        </>
      ) : (
        <ul role="alert" className="border-l-2 border-fail pl-3 text-fail">
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The whole plan in a sentence: how long it takes, and who would meet harm before it is seen. */
function headline({ stages, findings }: Preview): string {
  if (findings.some(({ severity }) => severity === 'error')) return 'This plan cannot start as it is.'
  const times = stages.map(({ opensAfterMs }) => opensAfterMs)
  const total = times.every((ms) => ms !== null) ? times.reduce((sum, ms) => sum + ms, 0) : null
  const first = stages
    .flatMap(({ sharePer100k, outlooks }) => outlooks.map((outlook) => ({ outlook, percent: sharePer100k / 1000 })))
    .find(({ outlook: { prospects } }) => (prospects[0]?.power ?? 0) >= 0.8)
  const effect = first?.outlook.prospects[0]
  const finds =
    first && effect
      ? `${effectText(first.outlook, effect.effect)} ${first.outlook.label} do not get past ${first.percent} %`
      : 'Harm of twice the limit is found at no stage in time'
  return `${finds}; ${total === null ? 'it does not finish by itself' : `all users in about ${aboutText(total)}`}.`
}

function PlanFile({ sketch }: { sketch: Sketch }) {
  const file = JSON.stringify(planFileOf(sketch), null, 2)
  const { unitsPerDay, failing, medianMs, p95Ms } = sketch
  const command = `npx sluice rollout plan plan.json --units-per-day ${unitsPerDay} --rate error=${Number((failing / 100).toPrecision(12))} --value latency_ms=${medianMs},${p95Ms}`
  return (
    <details className="mt-5 text-13">
      <summary className="font-semibold">This plan as a file</summary>
      <p className="mt-2 text-muted">Save it as plan.json and look at it with the same figures from a terminal:</p>
      <pre
        tabIndex={0}
        role="group"
        aria-label="Command"
        className="mt-1 overflow-x-auto rounded-4 bg-sunken p-3 font-mono text-12"
      >
        {command}
      </pre>
      <pre
        tabIndex={0}
        role="group"
        aria-label="plan.json"
        className="mt-2 max-h-64 overflow-auto rounded-4 bg-sunken p-3 font-mono text-12"
      >
        {file}
      </pre>
    </details>
  )
}
