import type {
  ActionInput,
  Alert,
  ApiKey,
  Channel,
  ChannelInput,
  CheckResultInput,
  ComplaintInput,
  ComplaintReceipt,
  DecisionEvent,
  DeploymentLog,
  Delivery,
  FlagRecord,
  NoteInput,
  PlanInput,
  Rollout,
} from '@sluice/contract'
import { environmentPath, request } from './client.ts'

/** What an action would do, before it is done. */
export interface ActionEffect {
  readonly fromPercent: number
  readonly toPercent: number
  readonly units: number | null
  readonly sentence: string
}

export interface ActionResult {
  readonly changed: boolean
  readonly rollout: Rollout
  readonly decision: DecisionEvent | null
}

const actionsPath = (rollout: Rollout): string =>
  environmentPath(rollout.environment, 'rollouts', rollout.id, 'actions')

export function previewAction(rollout: Rollout, input: ActionInput, signal: AbortSignal): Promise<ActionEffect> {
  return request<{ effect: ActionEffect }>(actionsPath(rollout), {
    method: 'POST',
    body: input,
    query: { dryRun: 'true' },
    signal,
  }).then((answer) => answer.effect)
}

/** Going up names the version whose effect was shown, so that no step of the engine's own is added; going down waits for nothing. */
export function performAction(rollout: Rollout, input: ActionInput): Promise<ActionResult> {
  const goesDown = input.action === 'hold' || input.action === 'rollback'
  return request<ActionResult>(actionsPath(rollout), {
    method: 'POST',
    body: input,
    ...(goesDown ? {} : { ifMatch: `"v${rollout.version}"` }),
  })
}

/** Makes a draft, or starts at once. */
export function createRollout(environment: string, plan: PlanInput, begin: 'draft' | 'start'): Promise<Rollout> {
  return request<Rollout>(environmentPath(environment, 'rollouts'), {
    method: 'POST',
    body: plan,
    query: { start: begin === 'start' ? 'true' : undefined },
  })
}

/** Ticks, fails, skips or reopens an item of the checklist. */
export function answerCheck(rollout: Rollout, body: CheckResultInput): Promise<ActionResult> {
  return request<ActionResult>(environmentPath(rollout.environment, 'rollouts', rollout.id, 'checks'), {
    method: 'POST',
    body,
  })
}

/** A note for the deployment log, or another wording of one. */
export function writeNote({ environment, rollout }: DeploymentLog, body: NoteInput): Promise<ActionResult> {
  return request<ActionResult>(environmentPath(environment, 'rollouts', rollout, 'notes'), { method: 'POST', body })
}

export function noteComplaint(environment: string, key: string, body: ComplaintInput): Promise<ComplaintReceipt> {
  return request<ComplaintReceipt>(environmentPath(environment, 'flags', key, 'complaints'), { method: 'POST', body })
}

export interface SwitchFlag {
  readonly environment: string
  readonly record: FlagRecord
  readonly enabled: boolean
  readonly reason: string
}

/** Killing names no version, so that a stale page never stands in its way; switching on again must have seen the present one. */
export function switchFlag({ environment, record, enabled, reason }: SwitchFlag): Promise<FlagRecord> {
  return request<FlagRecord>(environmentPath(environment, 'flags', record.key), {
    method: 'PATCH',
    body: { enabled },
    query: { reason: reason === '' ? undefined : reason },
    ...(enabled ? { ifMatch: `"v${record.version}"` } : {}),
  })
}

export function createFlag(environment: string, key: string): Promise<FlagRecord> {
  return request<FlagRecord>(environmentPath(environment, 'flags', key), {
    method: 'PUT',
    body: { enabled: true, variants: { on: true, off: false }, off: 'off', rules: [], serve: 'off' },
    query: { reason: 'created on the Connect page' },
  })
}

export function createServerKey(environment: string): Promise<ApiKey> {
  return request<ApiKey>('/api/v1/keys', {
    method: 'POST',
    body: { kind: 'server', environment, name: 'made on the Connect page' },
  })
}

export function revokeKey(id: string): Promise<void> {
  return request(`/api/v1/keys/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

export function answerAlert(alert: Alert, action: 'acknowledge' | 'resolve'): Promise<Alert> {
  return request<Alert>(environmentPath(alert.environment, 'alerts', alert.id, 'actions'), {
    method: 'POST',
    body: { action },
  })
}

export function createChannel(body: ChannelInput): Promise<Channel> {
  return request<Channel>('/api/v1/channels', { method: 'POST', body })
}

export function deleteChannel(id: string): Promise<void> {
  return request(`/api/v1/channels/${encodeURIComponent(id)}`, { method: 'DELETE' })
}

export function testChannel(id: string): Promise<{ delivered: boolean; error: string | null }> {
  return request(`/api/v1/channels/${encodeURIComponent(id)}/test`, { method: 'POST' })
}

export function redeliver(id: string, event: string): Promise<Delivery> {
  const path = `/api/v1/channels/${encodeURIComponent(id)}/deliveries/${encodeURIComponent(event)}/redeliver`
  return request<Delivery>(path, { method: 'POST' })
}

export function signIn(credential: { token: string } | { key: string }): Promise<unknown> {
  return request('/api/v1/session', { method: 'POST', body: credential })
}

export function signOut(): Promise<unknown> {
  return request('/api/v1/session', { method: 'DELETE' })
}
