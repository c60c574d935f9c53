import type { LanguageModel } from 'ai'
import type { Metrics } from '../observation.ts'
import type { OpenCall } from '../open-call.ts'
import type { SluiceClient } from '../sluice-client.ts'
import type { Context } from '#evaluation'
import { firstAnswer } from './first-answer.ts'
import { heedSignal } from './heed-signal.ts'
import { openMeasuredStream } from './measured-stream.ts'
import type { Meaning } from './measured-stream.ts'
import { modelChoices } from './model-choices.ts'
import type { ModelChoice } from './model-choices.ts'

/** A model of the AI SDK's present specification. */
export type Model = Extract<LanguageModel, { specificationVersion: 'v4' }>
type Options = Parameters<Model['doGenerate']>[0]
type Generated = Awaited<ReturnType<Model['doGenerate']>>
type Streamed = Awaited<ReturnType<Model['doStream']>>
type Part = Streamed['stream'] extends ReadableStream<infer P> ? P : never

/** What a routed model needs. */
export interface Routing {
  readonly sluice: SluiceClient
  readonly flag: string
  readonly context: Context | undefined
  readonly coded: Readonly<Record<string, LanguageModel>>
  readonly fallback: LanguageModel | null
  /** Finds a model by the id that a variant names, or makes an older one fit. */
  readonly resolve: (model: LanguageModel) => Promise<Model>
}

/** Settings that a variant may bring along; everything else of a call is the application's. */
const settings = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'seed',
  'reasoning',
  'providerOptions',
] as const

/** A language model that asks its flag, at every call, which model answers, and counts the call. */
export class RoutedLanguageModel implements Model {
  readonly specificationVersion = 'v4'
  readonly provider = 'sluice'
  readonly modelId: string
  /** Every model takes a file as data, not every one by its address: the AI SDK loads it. */
  readonly supportedUrls = {}
  readonly #routing: Routing

  constructor(routing: Routing) {
    this.modelId = routing.flag
    this.#routing = routing
  }

  async doGenerate(options: Options): Promise<Generated> {
    const call = await this.#begin(options)
    const answer = await this.#ask(call, options, async (model, asked) => {
      const generated = await model.doGenerate(asked)
      call.record(usageMetrics(generated.usage))
      if (generated.finishReason.unified === 'error') throw new Error(`${nameOf(model)} finished with an error.`)
      return generated
    })
    call.succeed()
    return answer
  }

  async doStream(options: Options): Promise<Streamed> {
    const call = await this.#begin(options)
    return this.#ask(call, options, async (model, asked, isLast) => {
      const { stream, ...streamed } = await model.doStream(asked)
      const source = stream.values()
      return {
        ...streamed,
        stream: await openMeasuredStream(source, { call, meaningOf, hand: (part) => part, isLast }),
      }
    })
  }

  /** The first calls of a process wait for the flags; `ready` sees to it that they do not wait for long. */
  async #begin({ abortSignal }: Options): Promise<OpenCall> {
    const { sluice, flag, context } = this.#routing
    await sluice.ready()
    return heedSignal(sluice.begin(flag, context), abortSignal)
  }

  #ask<Answer>(
    call: OpenCall,
    options: Options,
    ask: (model: Model, asked: Options, isLast: boolean) => Promise<Answer>,
  ) {
    const { flag, coded, fallback, resolve } = this.#routing
    const choices = modelChoices(call, coded, fallback)
    const [assigned] = choices
    if (assigned) call.record({ model: nameOf(assigned.model) })
    return firstAnswer<ModelChoice<LanguageModel>, Answer>({
      call,
      choices,
      what: `The flag "${flag}", variant "${call.variant}"`,
      abortSignal: options.abortSignal,
      ask: async ({ model: named, params }, abortSignal, isLast) => {
        const model = await resolve(named)
        return ask(model, { ...options, ...settingsOf(params), abortSignal }, isLast)
      },
    })
  }
}

function settingsOf(params: Readonly<Record<string, unknown>>): Partial<Options> {
  return Object.fromEntries(settings.filter((name) => Object.hasOwn(params, name)).map((name) => [name, params[name]]))
}

const nameOf = (model: LanguageModel): string =>
  typeof model === 'string' ? model : `${model.provider.split('.')[0]}:${model.modelId}`

/** Announcements, not answers: up to here nobody has seen anything. */
const silent = new Set<Part['type']>([
  'stream-start',
  'response-metadata',
  'raw',
  'ping',
  'text-start',
  'text-end',
  'reasoning-start',
  'reasoning-end',
])

function meaningOf(part: Part): Meaning {
  if (part.type === 'error') return { failure: part.error }
  if (part.type === 'finish') {
    const metrics = usageMetrics(part.usage)
    if (part.finishReason.unified === 'error')
      return { metrics, failure: new Error('The model finished with an error.') }
    return { metrics, stage: 'over' }
  }
  return silent.has(part.type) ? {} : { stage: 'begun' }
}

function usageMetrics(usage: Generated['usage'] | undefined): Metrics {
  const input_tokens = usage?.inputTokens?.total
  const output_tokens = usage?.outputTokens?.total
  return {
    ...(input_tokens === undefined ? {} : { input_tokens }),
    ...(output_tokens === undefined ? {} : { output_tokens }),
  }
}
