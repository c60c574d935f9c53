import { Button } from '../ui/Button.tsx'
import { Choice, Group, NumberField } from './fields.tsx'
import { guards } from './sketch.ts'
import type { BlockLength, GuardKind, GuardSketch, Sketch, StageSketch, TimeUnit } from './sketch.ts'

interface Part {
  readonly sketch: Sketch
  readonly change: (part: Partial<Sketch>) => void
}

const replaced = <T,>(list: readonly T[], at: number, part: Partial<T>): readonly T[] =>
  list.map((item, i) => (i === at ? { ...item, ...part } : item))
const without = <T,>(list: readonly T[], at: number): readonly T[] => list.filter((_, i) => i !== at)

/** Everything that a plan and its traffic are made of. */
export function SketchForm(props: Part) {
  return (
    <form className="space-y-5" onSubmit={(event) => event.preventDefault()} aria-label="Plan">
      <TrafficFields {...props} />
      <StageFields {...props} />
      <GuardFields {...props} />
    </form>
  )
}

function TrafficFields({ sketch, change }: Part) {
  return (
    <Group title="Your traffic today">
      <div className="grid grid-cols-2 items-end gap-3">
        <NumberField
          label="Users a day"
          value={sketch.unitsPerDay}
          step="any"
          onChange={(unitsPerDay) => change({ unitsPerDay })}
        />
        <NumberField
          label="Of 100 users, an error meets"
          value={sketch.failing}
          step="any"
          onChange={(failing) => change({ failing })}
        />
        <NumberField
          label="Usual latency"
          suffix="ms"
          value={sketch.medianMs}
          step="any"
          onChange={(medianMs) => change({ medianMs })}
        />
        <NumberField
          label="p95 latency"
          suffix="ms"
          value={sketch.p95Ms}
          step="any"
          onChange={(p95Ms) => change({ p95Ms })}
        />
      </div>
    </Group>
  )
}

const timeNames: Readonly<Record<TimeUnit, string>> = { minutes: 'minutes', hours: 'hours', days: 'days' }
const blockNames: Readonly<Record<BlockLength, string>> = {
  '10s': '10 seconds',
  '1m': 'a minute',
  '10m': '10 minutes',
  '1h': 'an hour',
}
const advances = {
  quiet: 'time is up and nothing points to harm',
  proof: 'safety is proven',
} as const

function StageFields({ sketch, change }: Part) {
  const { stages } = sketch
  const set = (at: number, part: Partial<StageSketch>): void => change({ stages: replaced(stages, at, part) })
  const last = stages.at(-1)
  return (
    <Group title="Stages">
      <ol className="space-y-2">
        {stages.map((stage, i) => (
          // A stage has no name but its place.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i} className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_minmax(0,1.2fr)_auto] items-center gap-2">
            <NumberField
              hidden
              label={`Share of stage ${i + 1}, in percent`}
              suffix="%"
              value={stage.percent}
              step="any"
              onChange={(percent) => set(i, { percent })}
            />
            <NumberField
              hidden
              label={`Least time of stage ${i + 1}`}
              value={stage.time}
              step="any"
              onChange={(time) => set(i, { time })}
            />
            <Choice
              hidden
              label={`Unit of time of stage ${i + 1}`}
              value={stage.unit}
              options={timeNames}
              onChange={(unit) => set(i, { unit })}
            />
            <Remove
              what={`stage ${i + 1}`}
              disabled={stages.length === 1}
              onClick={() => change({ stages: without(stages, i) })}
            />
          </li>
        ))}
      </ol>
      <div className="mt-2 flex flex-wrap items-end gap-3">
        <Button
          disabled={stages.length >= 12}
          onClick={() =>
            change({ stages: [...stages, { percent: 95, time: last?.time ?? 1, unit: last?.unit ?? 'days' }] })
          }
        >
          Add a stage
        </Button>
        <div className="min-w-[220px] flex-1">
          <Choice
            label="The next stage opens when"
            value={sketch.advance}
            options={advances}
            onChange={(advance) => change({ advance })}
          />
        </div>
        <div className="min-w-[120px]">
          <Choice
            label="Sides are compared within"
            value={sketch.block}
            options={blockNames}
            onChange={(block) => change({ block })}
          />
        </div>
      </div>
    </Group>
  )
}

const names = Object.fromEntries(Object.entries(guards).map(([kind, { name }]) => [kind, name])) as Readonly<
  Record<GuardKind, string>
>
const answers = { rollback: 'rolls back', 'step-back': 'steps back', hold: 'holds', notify: 'tells people' } as const
const newGuard: GuardSketch = { kind: 'error-over', limit: 5, safe: 5, onBreach: 'rollback' }
/** Limits that make sense for a start. */
const usual: Readonly<Record<GuardKind, { readonly limit: number; readonly safe: number }>> = {
  'error-ratio': { limit: 1, safe: 2 },
  'error-over': { limit: 5, safe: 5 },
  'p95-ratio': { limit: 1.5, safe: 1.5 },
  'mean-ratio': { limit: 1.2, safe: 1.5 },
  'p95-over': { limit: 5000, safe: 5000 },
}

function GuardFields({ sketch, change }: Part) {
  const { guards: rules } = sketch
  const set = (at: number, part: Partial<GuardSketch>): void => change({ guards: replaced(rules, at, part) })
  return (
    <Group title="Guardrails">
      <ul className="space-y-4">
        {rules.map(({ kind, limit, safe, onBreach }, i) => (
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i} className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2">
            <Choice
              label={`Guardrail ${i + 1}`}
              value={kind}
              options={names}
              onChange={(next) => set(i, { kind: next, ...usual[next] })}
            />
            <Remove what={`guardrail ${i + 1}`} onClick={() => change({ guards: without(rules, i) })} />
            <div className="col-span-2 grid grid-cols-3 items-end gap-2">
              <NumberField
                label="Harm is more than"
                value={limit}
                step={guards[kind].step}
                onChange={(next) => set(i, { limit: next })}
              />
              <NumberField
                label="Safe is less than"
                value={safe}
                step={guards[kind].step}
                onChange={(next) => set(i, { safe: next })}
              />
              <Choice
                label="A breach"
                value={onBreach}
                options={answers}
                onChange={(next) => set(i, { onBreach: next })}
              />
            </div>
          </li>
        ))}
      </ul>
      <Button className="mt-3" disabled={rules.length >= 8} onClick={() => change({ guards: [...rules, newGuard] })}>
        Add a guardrail
      </Button>
    </Group>
  )
}

function Remove({ what, disabled = false, onClick }: { what: string; disabled?: boolean; onClick: () => void }) {
  return (
    <Button disabled={disabled} onClick={onClick} className="min-w-8 px-0">
      <span aria-hidden>✕</span>
      <span className="sr-only">Remove {what}</span>
    </Button>
  )
}
