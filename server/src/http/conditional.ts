/** Whether an `If-Match` or `If-None-Match` names that tag. `*` stands for anything that exists. */
export function namesTag(header: string, tag: string): boolean {
  return header.split(',').some((part) => {
    const given = part.trim().replace(/^W\//, '')
    return given === '*' || given === tag || `"${given}"` === tag
  })
}

export const versionTag = (version: number): string => `"v${version}"`
