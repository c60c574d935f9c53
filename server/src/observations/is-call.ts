/** Whether a row tells of a call. An exposure measures nothing; a complaint that comes later is about a call that has its row. */
export const isCall = (metrics: Readonly<Record<string, number>>): boolean =>
  Object.keys(metrics).some((name) => name !== 'complaint' && !name.startsWith('complaint.'))
