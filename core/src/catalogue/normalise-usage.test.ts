import { expect, test } from 'vitest'
import { normaliseUsage } from './normalise-usage.ts'

test.each<[string, unknown, unknown]>([
  [
    'OpenAI chat',
    {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 40, audio_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
    { inputTokens: 100, outputTokens: 50, cacheReadTokens: 40, inputAudioTokens: 10, reasoningTokens: 20, requests: 1 },
  ],
  [
    'xAI chat, whose output lacks the reasoning',
    {
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 350,
      completion_tokens_details: { reasoning_tokens: 200 },
    },
    { inputTokens: 100, outputTokens: 250, reasoningTokens: 200, requests: 1 },
  ],
  [
    'OpenAI Responses',
    {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 20 },
      total_tokens: 150,
    },
    { inputTokens: 100, cacheReadTokens: 40, outputTokens: 50, reasoningTokens: 20, requests: 1 },
  ],
  [
    'OpenAI Realtime',
    {
      input_tokens: 100,
      input_token_details: { cached_tokens: 40, audio_tokens: 60, cached_tokens_details: { audio_tokens: 30 } },
      output_tokens: 50,
      output_token_details: { audio_tokens: 30 },
    },
    {
      inputTokens: 100,
      cacheReadTokens: 40,
      inputAudioTokens: 60,
      cacheReadAudioTokens: 30,
      outputTokens: 50,
      outputAudioTokens: 30,
      requests: 1,
    },
  ],
  [
    'Anthropic, whose input lacks what was cached',
    {
      input_tokens: 1500,
      cache_read_input_tokens: 500,
      cache_creation_input_tokens: 150,
      cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 50 },
      output_tokens: 1000,
    },
    {
      inputTokens: 2150,
      cacheReadTokens: 500,
      cacheWriteTokens: 150,
      cacheWrite1hTokens: 50,
      outputTokens: 1000,
      requests: 1,
    },
  ],
  [
    'a whole answer of Anthropic with web searches',
    {
      model: 'claude-opus-5',
      usage: { input_tokens: 10, output_tokens: 5, server_tool_use: { web_search_requests: 2 } },
    },
    { inputTokens: 10, outputTokens: 5, webSearches: 2, requests: 1 },
  ],
  [
    'Bedrock Converse',
    { inputTokens: 10, outputTokens: 5, cacheReadInputTokens: 3, cacheWriteInputTokens: 2 },
    { inputTokens: 15, outputTokens: 5, cacheReadTokens: 3, cacheWriteTokens: 2, requests: 1 },
  ],
  [
    'Gemini',
    {
      usageMetadata: {
        promptTokenCount: 100,
        cachedContentTokenCount: 40,
        toolUsePromptTokenCount: 7,
        candidatesTokenCount: 50,
        thoughtsTokenCount: 20,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 60 },
          { modality: 'DOCUMENT', tokenCount: 40 },
        ],
      },
    },
    { inputTokens: 107, cacheReadTokens: 40, outputTokens: 70, reasoningTokens: 20, inputImageTokens: 40, requests: 1 },
  ],
  [
    'AI SDK 6',
    {
      inputTokens: { total: 100, noCache: 50, cacheRead: 40, cacheWrite: 10 },
      outputTokens: { total: 50, text: 30, reasoning: 20 },
    },
    { inputTokens: 100, cacheReadTokens: 40, cacheWriteTokens: 10, outputTokens: 50, reasoningTokens: 20, requests: 1 },
  ],
  [
    'AI SDK 5',
    { inputTokens: 100, outputTokens: 50, totalTokens: 150, reasoningTokens: 20, cachedInputTokens: 40 },
    { inputTokens: 100, outputTokens: 50, cacheReadTokens: 40, reasoningTokens: 20, requests: 1 },
  ],
  [
    'AI SDK 5 over Anthropic',
    { inputTokens: 10, outputTokens: 50, totalTokens: 60, cachedInputTokens: 40 },
    { inputTokens: 50, outputTokens: 50, cacheReadTokens: 40, requests: 1 },
  ],
  [
    'OpenRouter with its cost, and the upstream one for a key of one’s own',
    {
      usage: {
        prompt_tokens: 10,
        completion_tokens: 5,
        cost: 0.1,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.2 },
      },
    },
    { inputTokens: 10, outputTokens: 5, providerCostUsd: '0.3', requests: 1 },
  ],
  ['ours', { inputTokens: 10, cacheReadTokens: 3 }, { inputTokens: 10, cacheReadTokens: 3 }],
  ['nothing known', { tokens: 12 }, null],
  ['text', 'usage', null],
])('%s', (_, raw, usage) => expect(normaliseUsage(raw)).toEqual(usage))
