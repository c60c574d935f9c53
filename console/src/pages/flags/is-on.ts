import type { FlagRecord } from '@sluice/contract'

/** Whether the kill switch is open. */
export const isOn = ({ flag }: FlagRecord): boolean => flag['enabled'] === true
