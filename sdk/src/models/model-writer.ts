import { SluiceError } from '../sluice-error.ts'
import type { ModelsConnection } from './models-link.ts'

/** One version of a model. */
export interface ModelVersion {
  readonly version: number
  readonly at: string
  readonly changedBy: string
  readonly action: string
  readonly reason: string | null
  readonly changes: readonly { readonly field: string; readonly oldValue: unknown; readonly newValue: unknown }[]
}

/** A change of a model. */
export interface ModelUpdate {
  readonly id: string
  /** Parts of the model, canonical or with `pricing` and `contextWindow`. Prices begin now. */
  readonly updates: object
  /** Needed for prices, status and limits. */
  readonly reason?: string
  /** Refused when the model is at another version by now. */
  readonly ifVersion?: number
}

/** Writes, over HTTP. They reject with SluiceError `REQUEST_FAILED`, which says why in words. */
export interface ModelWriter {
  createModel(model: object, reason?: string): Promise<{ readonly version: number }>
  updateModel(update: ModelUpdate): Promise<{ readonly version: number }>
  getModelHistory(query: { readonly modelId: string }): Promise<ModelVersion[]>
}

const longestMs = 10_000

export function modelWriter(connectionOf: () => ModelsConnection | null, editKey: string | null): ModelWriter {
  const send = async (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    { body, headers }: { body?: object; headers?: Record<string, string> } = {},
  ): Promise<unknown> => {
    const connection = connectionOf()
    if (!connection) throw failed('the repository belongs to no client yet: pass it as createClient({ models })')
    const key = method === 'GET' ? connection.key : (editKey ?? connection.key)
    const reply = await connection
      .transport({
        method,
        url: `${connection.url}/api/v1/models${path}`,
        headers: {
          ...connection.headers,
          ...headers,
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(longestMs),
      })
      .catch((thrown: unknown) => {
        throw failed(thrown instanceof Error ? thrown.message : String(thrown))
      })
    const answer = readJson(await reply.text())
    if (reply.status < 300) return answer
    const { detail, hint } = answer as { detail?: string; hint?: string }
    throw failed(`${detail ?? `the server answered ${reply.status}`}${hint === undefined ? '' : ` ${hint}`}`)
  }
  const reasonOf = (reason: string | undefined): string =>
    reason === undefined ? '' : `?reason=${encodeURIComponent(reason)}`

  return {
    createModel: async (model, reason) => versionOf(await send('POST', reasonOf(reason), { body: model })),
    updateModel: async ({ id, updates, reason, ifVersion }) =>
      versionOf(
        await send('PATCH', `/${encodeURIComponent(id)}${reasonOf(reason)}`, {
          body: updates,
          ...(ifVersion === undefined ? {} : { headers: { 'if-match': `"v${ifVersion}"` } }),
        }),
      ),
    getModelHistory: async ({ modelId }) => {
      const { items } = (await send('GET', `/${encodeURIComponent(modelId)}/history?limit=200`)) as {
        items: ModelVersion[]
      }
      return items
    },
  }
}

const versionOf = (answer: unknown): { version: number } => answer as { version: number }

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

const failed = (detail: string): SluiceError => new SluiceError('REQUEST_FAILED', `Models: ${detail}`)
