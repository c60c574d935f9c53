// node --conditions=@sluice/source demo/src/make-catalogue.ts MODELS_DEV.json LITELLM.json > demo/catalogue/models.json
// Draws the starting catalogue from the files of models.dev and LiteLLM.
import { readFileSync } from 'node:fs'
import { readModels, writeOwnFormat } from '@sluice/core/catalogue/import'

/** From models.dev. */
const chosen: Readonly<Record<string, string>> = {
  openai:
    'gpt-4o gpt-4o-mini gpt-4.1 gpt-4.1-mini gpt-4.1-nano gpt-5 gpt-5-mini gpt-5-nano gpt-5.4 gpt-5.4-mini gpt-5.5 o3 o4-mini text-embedding-3-small',
  anthropic:
    'claude-opus-4-1 claude-opus-4-5 claude-opus-4-6 claude-opus-4-8 claude-sonnet-4-5 claude-sonnet-4-6 claude-sonnet-5 claude-haiku-4-5',
  google:
    'gemini-2.5-pro gemini-2.5-flash gemini-2.5-flash-lite gemini-2.5-flash-image gemini-3.5-flash gemini-3.1-pro-preview gemini-3.1-flash-lite gemini-3-pro-image-preview',
  xai: 'grok-4.3 grok-4.20-0309-reasoning grok-4.20-0309-non-reasoning grok-build-0.1',
  mistral: 'mistral-large-latest mistral-medium-latest mistral-small-latest codestral-latest magistral-medium-latest',
  deepseek: 'deepseek-chat deepseek-reasoner deepseek-v4-pro',
  zai: 'glm-4.5-air glm-4.6 glm-4.7 glm-5',
  openrouter: 'google/gemma-3-27b-it openai/gpt-oss-20b z-ai/glm-4.5-air',
  moonshotai: 'kimi-k2-thinking kimi-k2.6',
  alibaba: 'qwen3-max qwen-plus',
  groq: 'openai/gpt-oss-120b',
  cohere: 'command-a-03-2025',
}
/** From LiteLLM: models.dev has no prices of these. */
const images: Readonly<Record<string, string>> = { openai: 'gpt-image-1 gpt-image-1-mini gpt-image-1.5' }

function draw(file: string | undefined, wanted: Readonly<Record<string, string>>) {
  if (file === undefined) throw new Error('Expected the files of models.dev and of LiteLLM.')
  const { models } = readModels(readFileSync(file, 'utf8'))
  const byId = new Map(models.map((model) => [model.id, model]))
  return Object.entries(wanted).flatMap(([provider, names]) =>
    names.split(' ').map((name) => {
      const model = byId.get(`${provider}:${name}`)
      if (!model) throw new Error(`${file} holds no ${provider}:${name}.`)
      return model
    }),
  )
}

const [modelsDev, litellm] = process.argv.slice(2)
process.stdout.write(writeOwnFormat([...draw(modelsDev, chosen), ...draw(litellm, images)]))
