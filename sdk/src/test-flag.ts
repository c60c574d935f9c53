import type { FlagKey } from './flag-types.ts'

/** The variant everybody gets, `true` and `false` being `on` and `off`; with a value where the code reads one. */
export type TestFlag = string | boolean | { readonly variant: string; readonly value: unknown }

/** Flags as a test tells them, by key. */
export type TestFlags = { readonly [Key in FlagKey]?: TestFlag }

/** A told flag's variant and value; the value is the real flag's where there is one. */
export function readTestFlag(
  flag: TestFlag,
  variants: Readonly<Record<string, unknown>> = {},
): { variant: string; value: unknown } {
  if (typeof flag === 'object') return flag
  const variant = typeof flag === 'boolean' ? (flag ? 'on' : 'off') : flag
  if (Object.hasOwn(variants, variant)) return { variant, value: variants[variant] }
  return { variant, value: variant === 'on' ? true : variant === 'off' ? false : variant }
}
