/** ln of the probability of at most `x` of `n` at rate `p`, summed term by term. */
function atMost(x: number, n: number, p: number): number {
  let term = n * Math.log1p(-p)
  const odds = Math.log(p) - Math.log1p(-p)
  let largest = term
  const terms = [term]
  for (let k = 1; k <= x; k++) {
    term += Math.log((n - k + 1) / k) + odds
    terms.push(term)
    if (term > largest) largest = term
  }
  return Math.exp(largest) * terms.reduce((sum, value) => sum + Math.exp(value - largest), 0)
}

/** Upper end of the two-sided 95 % Clopper-Pearson interval of a rate, seen `x` times in `n`. */
export function upperLimit(x: number, n: number): number {
  if (n === 0 || x >= n) return 1
  let [low, high] = [x / n, 1]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (atMost(x, n, middle) > 0.025) low = middle
    else high = middle
  }
  return high
}
