import type { Finding } from '@sluice/core/planning'

const looks = {
  error: { mark: '✖', word: 'Cannot start', tone: 'text-fail', edge: 'border-fail' },
  warning: { mark: '▲', word: 'Warning', tone: 'text-warn', edge: 'border-warn' },
} as const

/** What is wrong with a plan, each with what to do about it. */
export function Findings({ findings }: { findings: readonly Pick<Finding, 'severity' | 'sentence' | 'remedy'>[] }) {
  if (findings.length === 0) return <p className="mt-3 text-13 text-ok">✔ Nothing is wrong with this plan.</p>
  return (
    <ul aria-label="Findings" className="mt-3 space-y-2">
      {findings.map(({ severity, sentence, remedy }) => {
        const { mark, word, tone, edge } = looks[severity]
        return (
          <li key={sentence} className={`border-l-2 pl-3 text-13 wrap-anywhere ${edge}`}>
            <p>
              <span className={`font-semibold ${tone}`}>
                {mark} {word}
              </span>{' '}
              {sentence}
            </p>
            <p className="text-muted">{remedy}</p>
          </li>
        )
      })}
    </ul>
  )
}
