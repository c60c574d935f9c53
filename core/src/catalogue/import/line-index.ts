/** Line and column as editors count them, from 1. Made once a file, so that each place costs a search by halves. */
export class LineIndex {
  readonly #ends: number[] = []

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#ends.push(at)
  }

  at(index: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ends[middle] as number) < index) low = middle + 1
      else high = middle
    }
    return { line: low + 1, column: index - (low === 0 ? -1 : (this.#ends[low - 1] as number)) }
  }
}
