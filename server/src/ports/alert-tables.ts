import type { Alert } from '@sluice/contract'

/** What alerts store. Instants are milliseconds since 1970. */
export interface AlertTables {
  alerts: AlertTable
}

export interface AlertTable {
  id: string
  environment: string
  flag: string
  rollout: string
  cause: string
  severity: Alert['severity']
  message: string
  action: string
  state: Alert['state']
  opened_at: number
  acknowledged_at: number | null
  acknowledged_by: string | null
  resolved_at: number | null
  resolved_by: string | null
  reopened: number
  evidence: string | null
  runbook: string | null
}
