import type { FlagRecord } from '@sluice/contract'

const nothing = { ls: 'No flag yet. Next: sluice flag create my-first-flag', stale: 'No flag is stale.' } as const

/** One line a flag; of stale ones with the reason. */
export function listText(records: readonly FlagRecord[], verb: keyof typeof nothing): string {
  const width = Math.max(4, ...records.map(({ key }) => key.length))
  const lines = records.map(({ key, flag, rollout, stale }) =>
    [
      key.padEnd(width),
      flag['enabled'] === true ? 'on ' : 'off',
      ...(flag['force'] === undefined ? [] : [`forced to "${String(flag['force'])}"`]),
      ...(rollout ? [`rollout ${rollout.id}`] : []),
      ...(stale ? [`stale: ${stale.sentence}`] : []),
    ]
      .join('  ')
      .trimEnd(),
  )
  return lines.join('\n') || nothing[verb]
}

/** The flag as it is stored. */
export const flagText = ({ key, version, flag, warnings }: FlagRecord): string =>
  [`${key}, version ${version}`, JSON.stringify(flag, null, 2), ...warnings.map((warning) => `! ${warning}`)].join('\n')

/** Who gets what now, in a line. */
export function servesText({ key, version, flag, rollout }: FlagRecord): string {
  const rules = (flag['rules'] as { id: string }[] | undefined) ?? []
  const who = rollout
    ? `the rollout ${rollout.id} decides`
    : rules.length > 0
      ? `its rules decide (${rules.map(({ id }) => id).join(', ')})`
      : `everybody gets ${JSON.stringify(flag['serve'])}`
  const units = ['include', 'exclude'].reduce(
    (sum, list) => sum + ((flag[list] as unknown[] | undefined)?.length ?? 0),
    0,
  )
  const lists = units > 0 ? `, ${units} on its lists apart` : ''
  const sentence =
    flag['enabled'] !== true
      ? `off: everybody gets ${JSON.stringify(flag['off'])}`
      : flag['force'] !== undefined
        ? `forced: everybody gets "${String(flag['force'])}"`
        : `on: ${who}${lists}`
  const impact = flag['enabled'] !== true && flag['rollbackImpact'] ? ` ${String(flag['rollbackImpact'])}.` : ''
  return `${key}, version ${version}, is ${sentence}.${impact}`
}
