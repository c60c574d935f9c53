/**
 * What a variant's value comes to for one task: `{ "model": "a:x", "tasks": { "analysis": "b:y" } }` names another model for
 * some tasks, each an id or an object like the value itself. What a task does not say, the value does.
 */
export function valueForTask(value: unknown, task: string | null): unknown {
  if (task === null || !isObject(value) || !isObject(value['tasks']) || !Object.hasOwn(value['tasks'], task))
    return value
  const own = value['tasks'][task]
  return { ...value, ...(typeof own === 'string' ? { model: own } : isObject(own) ? own : {}) }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
