/** The few calls of the HTTP API that the demo makes, as any application could. */
export interface Api {
  request<T>(method: string, path: string, body?: unknown): Promise<T>
}

export function createApi(url: string, key: string): Api {
  return {
    async request<T>(method: string, path: string, body?: unknown): Promise<T> {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`)
      return (text === '' ? undefined : JSON.parse(text)) as T
    },
  }
}
