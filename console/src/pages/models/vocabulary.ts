/** The words of the catalogue that forms offer; the API knows more capabilities than these. */
export { aliasKinds, knownMeters, modelKinds as kinds, modelStatuses as statuses } from '@sluice/core/catalogue'

export const knownCapabilities = [
  'vision',
  'tools',
  'structuredOutput',
  'thinking',
  'imageGeneration',
  'promptCaching',
  'webSearch',
] as const
