import type { Rollout } from '@sluice/contract'
import { guardrailText } from '../../components/guardrail-text.ts'
import { formatDurationText } from '../../format/time.ts'

/** A plan as it would run: stages, guardrails, what has to be done first. */
export function PlanView({ plan }: { plan: Rollout['plan'] }) {
  const first = plan.checklist.map((item) => (typeof item === 'string' ? item : item.text))
  return (
    <div className="mt-4 space-y-4 text-13">
      <section aria-label="Stages">
        <h3 className="eyebrow">Stages</h3>
        <ol className="mt-1 flex flex-wrap gap-2">
          {plan.stages.map(({ percent, atLeast, gate, holdback }) => (
            <li key={percent} className="min-w-28 flex-1 rounded-4 bg-raised px-3 py-2">
              <p className="font-semibold">{percent} %</p>
              <p className="text-12 text-muted">
                at least {formatDurationText(atLeast)}
                {gate === 'manual' && <span className="block">a person opens the next</span>}
                {holdback > 0 && <span className="block">{holdback} % stay on the baseline</span>}
              </p>
            </li>
          ))}
        </ol>
      </section>
      <section aria-label="Guardrails">
        <h3 className="eyebrow">Guardrails</h3>
        <ul className="mt-1 list-disc pl-4">
          {plan.guardrails.map((guardrail) => (
            <li key={guardrail.id}>{guardrailText(guardrail)}</li>
          ))}
        </ul>
      </section>
      {first.length > 0 && (
        <section aria-label="First">
          <h3 className="eyebrow">To be done before the start</h3>
          <ul className="mt-1 list-disc pl-4">
            {first.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
          <p className="mt-1 text-muted">Start waits for these, and then begins by itself.</p>
        </section>
      )}
    </div>
  )
}

/** What was chosen where a plan is silent. */
export function PlanNotes({ notes }: { notes: readonly string[] }) {
  if (notes.length === 0) return null
  return (
    <section aria-label="Notes" className="mt-4 text-13">
      <h3 className="eyebrow">Chosen where the plan is silent</h3>
      <ul className="mt-1 list-disc pl-4 text-muted">
        {notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  )
}
