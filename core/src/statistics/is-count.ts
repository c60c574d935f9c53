/** Whether something can have been counted: from 0 to 2^53, where integers end; fractions are sums of weights. */
export const isCount = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER
