import type { Branch } from './guarded-call.ts'

/**
 * The flags of your project, by key, with their values and variants: empty until `sluice codegen` fills it. Then every method
 * takes these keys only, and a flag that is gone fails the compiler.
 */
// An interface, as only these can be added to from outside.
export interface FlagTypes {}

/** A flag's key. */
export type FlagKey = [keyof FlagTypes] extends [never] ? string : keyof FlagTypes & string

/** A name of one of the flag's variants. */
export type VariantOf<Key> = Key extends keyof FlagTypes
  ? FlagTypes[Key] extends { variant: infer Variant extends string }
    ? Variant
    : string
  : string

/** What may stand in for the flag's value. */
export type FallbackOf<Key> = Key extends keyof FlagTypes ? ValueIn<FlagTypes[Key]> | null | undefined : unknown

/** What reading the flag gives; of a flag that is not known here a value of the fallback's type. */
export type ValueOf<Key, Fallback> = Key extends keyof FlagTypes
  ? ValueIn<FlagTypes[Key]> | Extract<Fallback, null | undefined>
  : Widened<Fallback>

/** Branches by variant name. */
export type Branches<Key = string> = { readonly [Variant in VariantOf<Key>]?: Branch<unknown> }

/** With it a branch for a variant that the flag does not have fails the compiler. */
export type OnlyVariants<Given, Key> = { readonly [Other in Exclude<keyof Given, VariantOf<Key>>]: never }

type ValueIn<Flag> = Flag extends { value: infer Value } ? Value : unknown

/** `10` stands for any number. */
type Widened<Value> = Value extends boolean
  ? boolean
  : Value extends number
    ? number
    : Value extends string
      ? string
      : Value
