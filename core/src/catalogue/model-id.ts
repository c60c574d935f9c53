const providerPattern = /^[a-z0-9][a-z0-9._-]{0,63}$/
const longestName = 200

/** Provider and name of an id, split at the first colon; null when that is no model id. */
export function splitModelId(id: string): { readonly provider: string; readonly name: string } | null {
  const colon = id.indexOf(':')
  if (colon < 0) return null
  const [provider, name] = [id.slice(0, colon), id.slice(colon + 1)]
  return providerPattern.test(provider) && isModelName(name) ? { provider, name } : null
}

/** 1 to 200 characters without spaces and controls, in well-formed Unicode. */
export const isModelName = (name: string): boolean =>
  name.length > 0 && name.length <= longestName && !/[\s\p{Cc}]/u.test(name) && name.isWellFormed()
