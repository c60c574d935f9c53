type Metrics = Readonly<Record<string, number>>

/** What a call measured, with the model that answered it: `model` is a metric whose classes are the models. */
export const withModel = (metrics: Metrics, model: string | null): Metrics =>
  model === null || !isCall(metrics) ? metrics : { ...metrics, model: 1, [`model.${model}`]: 1 }

/** Whether a row tells of a call. An exposure measures nothing; a complaint that comes later is about a call that has its row. */
export const isCall = (metrics: Metrics): boolean =>
  Object.keys(metrics).some((name) => name !== 'complaint' && !name.startsWith('complaint.'))
