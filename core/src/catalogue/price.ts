import type { Meter } from './meter.ts'

/** One price: a rate in USD for `per` units of a meter, under conditions, from an instant on. */
export interface Price {
  readonly meter: Meter
  /** Decimal text, at most 12 significant digits; null withdraws the slot from then on. */
  readonly rate: string | null
  readonly per: 1 | 1000 | 1_000_000
  readonly when?: PriceCondition
  /** A date or an RFC 3339 time; absent: since ever. */
  readonly effectiveFrom?: string
}

/** All of them have to hold. */
export interface PriceCondition {
  /** More than so many tokens in the whole prompt, cached ones included. */
  readonly promptTokensGt?: number
  readonly batch?: true
  readonly serviceTier?: string
  readonly quality?: string
  readonly size?: string
  readonly region?: string
  /** "16:30-00:30": start in, end out; it may go over midnight. */
  readonly timeOfDayUtc?: string
  /** ISO: 1 is Monday. Of a window that goes over midnight it is the day it began. */
  readonly weekdays?: readonly number[]
}

/** The order in which modes decide between slots that meet equally many. */
export const modeNames = ['batch', 'serviceTier', 'quality', 'size', 'region'] as const

/** A condition as text, equal for equal conditions: `>200000|flex|q:hd`; empty when there is none. */
export function conditionKey(when: PriceCondition = {}): string {
  const { promptTokensGt, batch, serviceTier, quality, size, region, timeOfDayUtc, weekdays } = when
  return [
    promptTokensGt === undefined ? '' : `>${promptTokensGt}`,
    batch ? 'batch' : '',
    serviceTier ?? '',
    quality === undefined ? '' : `q:${quality}`,
    size === undefined ? '' : `s:${size}`,
    region === undefined ? '' : `r:${region}`,
    timeOfDayUtc === undefined ? '' : `t:${timeOfDayUtc}`,
    weekdays === undefined ? '' : `d:${weekdays.join('')}`,
  ]
    .filter((part) => part !== '')
    .join('|')
}

/** A meter under one condition: `input|>200000`. Within a slot the latest price in force counts. */
export function slotOf({ meter, when }: Pick<Price, 'meter' | 'when'>): string {
  const key = conditionKey(when)
  return key === '' ? meter : `${meter}|${key}`
}

/** A slot and when the price begins, unique within a model: `input|>200000@2026-03-13`, `output@0`. */
export const priceKey = (price: Price): string => `${slotOf(price)}@${price.effectiveFrom ?? '0'}`
