import { aboutText, effectText } from '@sluice/core/planning'
import type { Outlook } from '@sluice/core/planning'
import { formatCount } from '../format/numbers.ts'

/** One stage before it has begun, from the API or worked out on the page. */
export interface ShownStage {
  readonly stage: number
  readonly percent: number
  readonly atLeastMs: number
  readonly units: { readonly candidate: number; readonly baseline: number } | null
  readonly opensAfterMs: number | null
  readonly outlooks: readonly Outlook[]
}

const unknown = {
  no_traffic: 'no traffic is known',
  unseen: 'never reported so far',
  zero: 'the baseline has none',
} as const

/** What each stage will find, and when. */
export function StageOutlooks({ stages }: { stages: readonly ShownStage[] }) {
  return (
    <div className="overflow-x-auto" role="group" aria-label="What each stage finds" tabIndex={0}>
      <table className="w-full text-left text-13 max-sm:block">
        <thead className="max-sm:sr-only">
          <tr className="eyebrow align-bottom">
            <th className="py-1 pr-4 font-semibold">Stage</th>
            <th className="py-1 pr-4 font-semibold">Guardrail</th>
            <th className="py-1 pr-4 font-semibold">Finds in time</th>
            <th className="py-1 pr-4 font-semibold">Twice the limit</th>
            <th className="py-1 font-semibold">Proven safe</th>
          </tr>
        </thead>
        {stages.map((stage) => (
          <StageRows key={stage.stage} stage={stage} />
        ))}
      </table>
    </div>
  )
}

function StageRows({ stage }: { stage: ShownStage }) {
  const { percent, atLeastMs, units, opensAfterMs, outlooks } = stage
  return (
    <tbody className="border-t border-line align-top max-sm:block max-sm:py-2">
      {outlooks.map((outlook, i) => (
        <tr key={outlook.guardrail} className="max-sm:block">
          {i === 0 && (
            <th
              scope="rowgroup"
              rowSpan={outlooks.length}
              className="min-w-[112px] py-2 pr-4 font-normal max-sm:block max-sm:pb-0"
            >
              <span className="font-semibold">{percent} %</span> for {aboutText(atLeastMs)}
              <span className="block text-12 text-muted">
                {units ? `${formatCount(Math.round(units.candidate))} users` : 'users unknown'}
              </span>
              <span className="block text-12 text-muted">
                {opensAfterMs === null ? 'next stage: unknown' : `next stage after ${aboutText(opensAfterMs)}`}
              </span>
            </th>
          )}
          <OutlookCells outlook={outlook} />
        </tr>
      ))}
    </tbody>
  )
}

const cell = 'py-2 pr-4 max-sm:flex max-sm:justify-between max-sm:gap-4 max-sm:py-0.5 max-sm:pr-0'

function OutlookCells({ outlook }: { outlook: Outlook }) {
  const { label, prospects, smallestEffect, proofMs } = outlook
  const [twice] = prospects
  const name = <td className={`${cell} font-semibold max-sm:pt-2`}>{label}</td>
  if (outlook.unknown !== null)
    return (
      <>
        {name}
        <td className={`${cell} text-muted`} colSpan={3}>
          unknown: {unknown[outlook.unknown]}
        </td>
      </>
    )
  return (
    <>
      {name}
      <td className={cell}>
        <Named name="Finds in time" />
        <span>{smallestEffect === null ? 'nothing' : `${effectText(outlook, smallestEffect)} and worse`}</span>
      </td>
      <td className={cell}>
        <Named name="Twice the limit" />
        {twice && (
          <span className="max-sm:text-right">
            {effectText(outlook, twice.effect)} {twice.timeMs === null ? 'never' : `in ${aboutText(twice.timeMs)}`}
            <Power chance={twice.power} />
          </span>
        )}
      </td>
      <td className={`${cell} sm:pr-0`}>
        <Named name="Proven safe" />
        <span>{proofMs === null ? 'never' : `in ${aboutText(proofMs)}`}</span>
      </td>
    </>
  )
}

/** On a phone each figure has its name beside it, as the head of the table is not in sight. */
const Named = ({ name }: { name: string }) => (
  <span aria-hidden className="text-muted sm:hidden">
    {name}
  </span>
)

const toneOf = (chance: number): string => (chance >= 0.8 ? 'bg-ok' : chance >= 0.5 ? 'bg-warn' : 'bg-fail')

/** The chance to find it before the next stage may open: a figure, and a bar to compare by. */
function Power({ chance }: { chance: number }) {
  const percent = Math.round(100 * chance)
  return (
    <span className="mt-0.5 flex items-center gap-2 text-12 text-muted max-sm:justify-end">
      <span aria-hidden className="h-1 w-16 overflow-hidden rounded-4 bg-sunken">
        <span className={`block h-full ${toneOf(chance)}`} style={{ width: `${percent}%` }} />
      </span>
      {percent} % in time
    </span>
  )
}
