import { readFile } from 'node:fs/promises'

/** One real request: when it came, and how many tokens went in and out. */
export interface TraceCall {
  /** Milliseconds since the first request of the trace. */
  readonly atMs: number
  readonly inputTokens: number
  readonly outputTokens: number
}

const file = new URL('../trace/AzureLLMInferenceTrace_conv.csv', import.meta.url)

/** What the licence asks to be shown with the numbers. */
export const traceCredit =
  'Traffic: "Azure LLM inference trace 2023", published by Microsoft Azure (github.com/Azure/AzurePublicDataset), licensed under ' +
  'CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). Changes: times sped up, users, latencies and outcomes simulated. ' +
  'Described in P. Patel, E. Choukse, C. Zhang, A. Shah, Í. Goiri, S. Maleki, R. Bianchini, ' +
  '"Splitwise: Efficient generative LLM inference using phase splitting", ISCA 2024.'

/** The conversation service of the trace: 19,366 requests in an hour. Its times have no zone and seven decimals. */
export async function readTrace(): Promise<readonly TraceCall[]> {
  const lines = (await readFile(file, 'utf8')).trim().split(/\r?\n/).slice(1)
  const calls = lines.map((line) => {
    const [time = '', input, output] = line.split(',')
    const [day = '', clock = ''] = time.split(' ')
    const [hours = '0', minutes = '0', seconds = '0'] = clock.split(':')
    const ms = Date.parse(`${day}T00:00:00Z`) + (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return { atMs: ms, inputTokens: Number(input), outputTokens: Number(output) }
  })
  const first = calls[0]?.atMs ?? 0
  return calls.map((call) => ({ ...call, atMs: call.atMs - first }))
}
