// Holds many event streams open in a process of its own and tells when the last of them has heard of each change.
import http from 'node:http'
import { monotonicMs } from './monotonic.ts'

/** What the parent sends first. */
export interface FanOrder {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly streams: number
}

/** What comes back, once all are open and then once all have heard of a change: when the last of them had. */
const tell = (atMs: number): void => void process.send?.(atMs)

process.once('message', ({ url, headers, streams }: FanOrder) => {
  let open = 0
  const heard = new Map<string, number>()
  const hear = (id: string): void => {
    const count = (heard.get(id) ?? 0) + 1
    heard.set(id, count)
    if (count < streams) return
    heard.delete(id)
    tell(monotonicMs())
  }
  const connect = (): void => {
    http
      .get(url, { headers, agent: false }, (response) => {
        let isGreeted = false
        response.setEncoding('utf8').on('data', (text: string) => {
          if (isGreeted) {
            for (const [, id] of text.matchAll(/^id: (.*)$/gm)) hear(id ?? '')
            return
          }
          isGreeted = true
          open += 1
          if (open === streams) tell(monotonicMs())
          else if (open + inFlight <= streams) connect()
        })
      })
      .on('error', (error) => {
        throw error
      })
  }
  const inFlight = Math.min(20, streams)
  for (let i = 0; i < inFlight; i += 1) connect()
})
