/** Whether an answer of this status refuses the key, and not the request. */
export const isKeyRefused = (status: number): boolean => status === 401 || status === 403
