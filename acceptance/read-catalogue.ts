import type { RunningServer } from './running-server.ts'

/** An application that follows the catalogue as the wire says: told by the stream, it fetches the snapshot. */
export interface CatalogueReader {
  /** The newest unconditional input rate that it knows. */
  inputRate(id: string): string | null
  close(): void
}

interface Snapshot {
  readonly models: readonly {
    readonly model: {
      readonly id: string
      readonly prices: readonly { meter: string; rate: string | null; when?: object; effectiveFrom?: string }[]
    }
  }[]
}

export async function readCatalogue({ url, request }: RunningServer): Promise<CatalogueReader> {
  const created = await request('POST', '/api/v1/keys', { kind: 'server', environment: 'demo', name: 'reader' })
  const authorization = `Bearer ${(created.body as { secret: string }).secret}`
  const stop = new AbortController()
  let snapshot: Snapshot = { models: [] }
  const refresh = async (): Promise<void> => {
    const answer = await fetch(`${url}/api/v1/models/snapshot`, { headers: { authorization } })
    snapshot = (await answer.json()) as Snapshot
  }
  const stream = await fetch(`${url}/api/v1/environments/demo/stream?topics=models`, {
    headers: { authorization },
    signal: stop.signal,
  })
  await refresh()
  const follow = async (): Promise<void> => {
    let text = ''
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (!text.includes('event: models')) continue
      text = ''
      await refresh()
    }
  }
  void follow().catch(() => {})
  return {
    inputRate(id) {
      const prices = snapshot.models.find(({ model }) => model.id === id)?.model.prices ?? []
      const own = prices.filter(({ meter, when }) => meter === 'input' && when === undefined)
      return own.toSorted((a, b) => ((a.effectiveFrom ?? '') < (b.effectiveFrom ?? '') ? 1 : -1))[0]?.rate ?? null
    },
    close: () => stop.abort(),
  }
}
