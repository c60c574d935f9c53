import type { Context } from '#evaluation'
import type { Clock } from './clock.ts'
import { valueForTask } from './for-task.ts'
import { createCall } from './call.ts'
import type { CallRecord } from './call.ts'
import { chooseBranch } from './choose-branch.ts'
import type { Choice } from './choose-branch.ts'
import { filterTools } from './filter-tools.ts'
import { runGuarded } from './guarded-call.ts'
import { messageOf } from './logger.ts'
import type { QuietLog } from './logger.ts'
import { MeasuredCall } from './measured-call.ts'
import type { Measure } from './measured-call.ts'
import type { Observer } from './observer.ts'
import { callableModel, routePlainly } from './models/models-link.ts'
import type { ModelsLink } from './models/models-link.ts'
import { openCall } from './open-call.ts'
import { pinConversations } from './pinned-resolver.ts'
import { resolveForPage } from './resolve-for-page.ts'
import { defaultResolution } from './resolution.ts'
import type { Resolution, Resolver } from './resolution.ts'
import { SluiceError } from './sluice-error.ts'
import type { Details, GuardOptions, SluiceClient } from './sluice-client.ts'
import type { TrackedCall } from './tracked-call.ts'
import { readTrackedCall } from './tracked-call.ts'
import { isOn, isSameType, mismatch } from './value-type.ts'
import { withinTime } from './within-time.ts'

/** What a client needs besides its way to a server, which a test client does not have. */
export interface ClientParts {
  readonly resolver: Resolver
  readonly observer: Observer
  readonly clock: Clock
  readonly log: QuietLog
  readonly timeoutMs: number | null
  readonly isStale: () => boolean
  readonly models?: ModelsLink | null
}

/** The part of a client that evaluates and counts. */
export type EvaluatingClient = Omit<SluiceClient, 'ready' | 'on' | 'status' | 'flush' | 'close'>

const longestMs = 2 ** 31 - 1

/** Builds it. Whatever fails in here becomes the caller's default and a line in the log. */
export function buildClient(parts: ClientParts): EvaluatingClient {
  const { observer, clock, log, isStale } = parts
  const resolver = pinConversations(parts.resolver)

  const safely = <T>(flag: unknown, fallback: T, work: () => T): T => {
    try {
      return work()
    } catch (thrown) {
      log.warn(`flag ${safeText(flag)}`, `the flag "${safeText(flag)}": ${messageOf(thrown)}`)
      return fallback
    }
  }

  const resolve = (flag: string, context: Context | undefined): Resolution => {
    const failed = defaultResolution('GENERAL', 'The evaluation failed.')
    const resolution = safely(flag, failed, () => resolver.resolve(flag, context))
    const { errorCode, error } = resolution
    if (errorCode !== 'PROVIDER_NOT_READY' && error !== null)
      log.warn(`flag ${safeText(flag)}`, `the flag "${safeText(flag)}": ${error}`)
    return resolution
  }

  /** An evaluation whose value goes into use. */
  const read = (flag: string, context: Context | undefined): Resolution => {
    const resolution = resolve(flag, context)
    safely(flag, undefined, () => observer.read(flag, resolution, clock.now()))
    return resolution
  }

  // `never`, as what a flag holds is known to the caller's types alone.
  const details = (flag: string, context: Context | undefined, fallback: unknown): Details<never> => {
    const resolution = read(flag, context)
    const { value, variant, reason, rule, drawn, constant, error, errorCode, revision, metadata } = resolution
    const common = { rule, drawn, constant, revision, metadata, stale: isStale() }
    if (variant === null) return { ...common, value: fallback as never, variant, reason, error, errorCode }
    if (isSameType(value, fallback)) return { ...common, value: value as never, variant, reason, error, errorCode }
    const fault = mismatch(variant, value, fallback)
    log.warn(`flag ${safeText(flag)}`, `the flag "${safeText(flag)}": ${fault}`)
    return {
      ...common,
      value: fallback as never,
      variant: null,
      reason: 'ERROR',
      error: fault,
      errorCode: 'TYPE_MISMATCH',
    }
  }

  const track = (context: Context | undefined, call: TrackedCall): void => {
    const { startMs, metrics, model } = readTrackedCall(call, clock.now())
    const resolution = ofVariant(resolve(call.flag, context), call.variant)
    observer.measured(call.flag, resolution, startMs, metrics, model)
  }

  /** Counts the start of a call; `isCounted` false: what runs is not the variant's, so it says nothing about it. */
  const measure = (flag: string, resolution: Resolution, isCounted: boolean): Measure => {
    const startMs = clock.now()
    if (isCounted) safely(flag, undefined, () => observer.exposed(flag, resolution, startMs))
    const lateMs = resolution.rollout?.timeoutMs ?? null
    return {
      clock,
      countsAsFailedAfterMs: isCounted && lateMs !== null && lateMs <= longestMs ? lateMs : null,
      write: (metrics, model) => {
        if (!isCounted) return
        safely(flag, undefined, () => observer.measured(flag, resolution, startMs, metrics, model))
      },
    }
  }

  const tellFallback = (flag: string, variant: string | null) => (thrown: unknown) =>
    log.warn(
      `fallback ${safeText(flag)}`,
      `the flag "${safeText(flag)}": the variant "${variant}" failed, the baseline answers: ${messageOf(thrown)}`,
    )

  const execute = ({ flag, resolution, isCounted, timeoutMs, score, ...choice }: Work): Promise<unknown> =>
    runGuarded({
      ...measure(flag, resolution, isCounted),
      ...choice,
      attempt: ({ variant, branch }, record) =>
        withinTime({ timeoutMs, what: `The flag "${safeText(flag)}", variant "${variant}"` }, (signal) =>
          branch(createCall(record, variant, signal)),
        ),
      rate: score && ((answer, record) => rate(answer, record, score)),
      onFallback: tellFallback(flag, choice.assigned.variant),
    })

  const isEnabled = (flag: string, context: Context | undefined): boolean => isOn(read(flag, context))

  return {
    isEnabled,
    variant: (flag, context, fallback) => (read(flag, context).variant ?? fallback) as never,
    value: (flag, context, fallback) => details(flag, context, fallback).value,
    details,
    evaluateAll: (context) => safely('evaluateAll', { flags: [] }, () => resolveForPage(resolver, context)),
    explain: (flag, context) => {
      const outcome = { value: undefined, variant: null, reason: 'ERROR', rule: null, drawn: false } as const
      return safely(flag, { steps: [], outcome }, () => resolver.explain(flag, context))
    },
    model: (flag, context) =>
      safely(flag, null, () => {
        const { variant, value, task } = read(flag, context)
        const forTask = valueForTask(value, task)
        return parts.models ? parts.models.route(variant, forTask) : routePlainly(variant, forTask)
      }),
    track: (context, call) =>
      safely('track', undefined, () => {
        const { flag } = call
        safely(flag, undefined, () => track(context, call))
      }),

    begin(flag, context) {
      const resolution = resolve(flag, context)
      const measured = new MeasuredCall(measure(flag, resolution, resolution.variant !== null))
      const onFallback = tellFallback(flag, resolution.variant)
      const callable = (variant: string | null, value: unknown): unknown =>
        safely(flag, value, () => (parts.models ? callableModel(parts.models.route(variant, value), value) : value))
      return openCall({ resolution, timeoutMs: parts.timeoutMs, measured, onFallback, callable })
    },

    filterTools: (tools, context, flags = {}) =>
      safely('filterTools', tools, () =>
        filterTools(tools, (name) => {
          const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
          if (flag !== undefined) return isEnabled(flag, context)
          return parts.resolver.resolve(name, context).errorCode !== null || isEnabled(name, context)
        }),
      ),

    async run(flag, context, branches) {
      const resolution = resolve(flag, context)
      const choice = chooseBranch(branches, resolution.variant, resolution.off)
      if (!choice.isCounted && resolution.variant !== null)
        log.warn(
          `branch ${safeText(flag)}`,
          `the flag "${safeText(flag)}": run() has no branch for the variant "${resolution.variant}"`,
        )
      const answer = await execute({ flag, resolution, ...choice, timeoutMs: parts.timeoutMs, score: null })
      return answer as never
    },

    async guard<C, B>(
      flag: string,
      context: Context | undefined,
      options: GuardOptions<C, B>,
    ): Promise<Awaited<C> | Awaited<B>> {
      const { candidate, baseline, timeoutMs, fallback = 'baseline', score } = options ?? {}
      const resolution = resolve(flag, context)
      const isCandidate = isOn(resolution)
      const branch = isCandidate ? candidate : baseline
      if (typeof branch !== 'function')
        throw new SluiceError('NO_BRANCH', `guard("${safeText(flag)}"): candidate and baseline must be functions.`)
      const answer = await execute({
        flag,
        resolution,
        assigned: { variant: resolution.variant, branch },
        baseline: isCandidate && fallback !== 'throw' ? { variant: resolution.off, branch: baseline } : null,
        isCounted: resolution.variant !== null,
        timeoutMs: isTimeout(timeoutMs) ? timeoutMs : parts.timeoutMs,
        score: typeof score === 'function' ? (value) => score(value as Awaited<C> | Awaited<B>) : null,
      })
      return answer as Awaited<C> | Awaited<B>
    },
  }
}

interface Work extends Choice {
  readonly flag: string
  readonly resolution: Resolution
  readonly timeoutMs: number | null
  readonly score: ((answer: unknown) => unknown) | null
}

function rate(answer: unknown, record: CallRecord, score: (answer: unknown) => unknown): void {
  try {
    const scored = score(answer)
    record.record(typeof scored === 'number' ? { quality: scored } : scored)
  } catch {
    // A score that fails costs its own row a value, never the user the answer.
  }
}

/** A caller that names another variant than ours was assigned it earlier, at another share: no evidence for this visit. */
function ofVariant(resolution: Resolution, variant: string | undefined): Resolution {
  if (variant === undefined || variant === resolution.variant || resolution.variant === null) return resolution
  return { ...resolution, variant, arm: null }
}

const isTimeout = (ms: unknown): ms is number => typeof ms === 'number' && ms > 0 && ms <= longestMs

function safeText(value: unknown): string {
  try {
    return String(value).slice(0, 200)
  } catch {
    return '?'
  }
}
