export type {
  AnswerOf,
  ClientStatus,
  Details,
  GuardOptions,
  Readiness,
  SluiceClient,
  TrackedCall,
} from './sluice-client.ts'
export type { Branch } from './guarded-call.ts'
export type { Call } from './call.ts'
export type { ClientErrorCode, ClientEvents, Listener } from './emitter.ts'
export type { ClientState } from './snapshot-source.ts'
export type { DetailsErrorCode, DetailsReason } from './resolution.ts'
export type { FlagOrigin } from './flag-store.ts'
export type { Logger } from './logger.ts'
export type { Metrics, Observation } from './observation.ts'
export type { SluiceErrorCode } from './sluice-error.ts'
export type { Context, Explanation, Reason, RegexCompiler } from '#evaluation'
export type { ResolvedFlag, ResolvedSet } from './browser/resolved-flags.ts'
export type { Branches, FallbackOf, FlagKey, FlagTypes, ValueOf, VariantOf } from './flag-types.ts'
