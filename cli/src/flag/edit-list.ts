import type { FlagRecord } from '@sluice/contract'
import type { Connection } from '../connection.ts'

/** What a person asks of a unit: on one of the lists, until when and why; or off both. */
export interface ListEdit {
  readonly unit: string
  readonly variant?: string
  readonly reason?: string
  readonly expires?: string
  readonly to: 'include' | 'exclude' | 'neither'
  /** Written with it: the kill switch. */
  readonly enabled?: boolean
}

type Entry = Omit<ListEdit, 'to' | 'enabled'>

/** Puts a unit on one list and takes it off the other. The write is refused when the flag has changed meanwhile. */
export async function editList(
  to: Connection,
  path: string,
  query: string,
  { to: list, enabled, ...entry }: ListEdit,
): Promise<FlagRecord> {
  const { flag, version } = await to.inside<FlagRecord>('GET', path)
  const without = (name: 'include' | 'exclude') =>
    ((flag[name] as Entry[] | undefined) ?? []).filter(({ unit }) => unit !== entry.unit)
  const lists = {
    include: without('include'),
    exclude: without('exclude'),
    ...(enabled === undefined ? {} : { enabled }),
  }
  const edited = list === 'neither' ? lists : { ...lists, [list]: [...lists[list], entry] }
  return to.inside('PATCH', `${path}${query}`, edited, { 'if-match': `"v${version}"` })
}
