import { randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The largest multiple of 62 in a byte: larger bytes would favour the first letters. */
const fairBytes = 248

/** Where ids, salts and secrets come from. */
export interface Random {
  /** `ro_8fG2…`: a prefix and 16 letters, 95 bits. */
  id(prefix: string): string
  /** 15 letters, so that salt and `:` fill whole hash blocks. */
  salt(): string
  /** 43 letters, 256 bits. */
  secret(): string
}

/** `bytes` gives that many bytes of randomness; only a CSPRNG makes secrets. */
export function createRandom(bytes: (count: number) => Uint8Array): Random {
  const letters = (count: number): string => {
    let text = ''
    while (text.length < count)
      for (const byte of bytes(count * 2)) if (byte < fairBytes && text.length < count) text += alphabet[byte % 62]
    return text
  }
  return {
    id: (prefix) => `${prefix}_${letters(16)}`,
    salt: () => letters(15),
    secret: () => letters(43),
  }
}

export const systemRandom: Random = createRandom(randomBytes)
