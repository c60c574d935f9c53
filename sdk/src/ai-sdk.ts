// The AI SDK (npm `ai`): a language model behind a flag.
import type { LanguageModel } from 'ai'
import type { Context } from '#evaluation'
import { RoutedLanguageModel } from './ai/routed-language-model.ts'
import type { Model } from './ai/routed-language-model.ts'
import type { FlagKey } from './flag-types.ts'
import type { SluiceClient } from './sluice-client.ts'

/** A provider of the AI SDK, such as `openai`, or a registry of several. */
export interface ModelProvider {
  languageModel(modelId: string): LanguageModel
}

/** Where the ids lead that variants name. */
export interface SluiceAIOptions {
  /** By the name before the colon: with `{ openai }` the id `openai:gpt-4o` is that provider's `gpt-4o`. */
  readonly providers?: Readonly<Record<string, ModelProvider>>
}

/** Models of the AI SDK, routed by flags. */
export interface SluiceAI {
  /**
   * A language model for `generateText`, `streamText` and all others. At each call the flag's variant for the context says
   * which model answers; should it fail before its first word, the `off` variant's answers, then the variant's own
   * fallbacks. Latency, time to first token, tokens, errors and fallbacks are counted for the variant.
   *
   * `models`: the model that answers where the flag names none or there is no flag, and when all others have failed, or models by variant.
   */
  model(flag: FlagKey, context: Context, models?: LanguageModel | Readonly<Record<string, LanguageModel>>): Model
}

/** Routes the AI SDK's models by the flags of a client. Conversations (`sessionKey` in the context) keep their variant. */
export function sluiceAI(sluice: SluiceClient, { providers = {} }: SluiceAIOptions = {}): SluiceAI {
  const resolve = (model: LanguageModel): Promise<Model> => resolveModel(model, providers)
  return {
    model(flag, context, models) {
      const isOne = models === undefined || isModel(models)
      const coded = isOne ? {} : models
      return new RoutedLanguageModel({
        sluice,
        flag,
        context,
        coded,
        fallback: isOne ? (models ?? null) : null,
        resolve,
      })
    },
  }
}

const isModel = (models: LanguageModel | Readonly<Record<string, LanguageModel>>): models is LanguageModel =>
  typeof models === 'string' || 'specificationVersion' in models

async function resolveModel(
  named: LanguageModel,
  providers: NonNullable<SluiceAIOptions['providers']>,
): Promise<Model> {
  const model = typeof named === 'string' ? await modelOf(named, providers) : named
  if (model.specificationVersion === 'v4') return model
  // A provider of an older specification: the AI SDK takes it and makes it fit, whatever its types say.
  const { wrapLanguageModel } = await import('ai')
  return wrapLanguageModel({ model: model as unknown as Model, middleware: {} })
}

/** An id without a provider of ours is the AI SDK's own business: its default provider, or the gateway. */
async function modelOf(
  id: string,
  providers: NonNullable<SluiceAIOptions['providers']>,
): Promise<Exclude<LanguageModel, string>> {
  const colon = id.indexOf(':')
  const name = id.slice(0, Math.max(0, colon))
  const provider = Object.hasOwn(providers, name) ? providers[name] : undefined
  const model = provider ? provider.languageModel(id.slice(colon + 1)) : (await defaultProvider()).languageModel(id)
  return typeof model === 'string' ? modelOf(model, providers) : model
}

async function defaultProvider(): Promise<ModelProvider> {
  const given = (globalThis as { AI_SDK_DEFAULT_PROVIDER?: ModelProvider }).AI_SDK_DEFAULT_PROVIDER
  return given ?? (await import('ai')).gateway
}
