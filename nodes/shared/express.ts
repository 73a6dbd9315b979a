// The part of Express that the admin endpoints use.

/** @template Params named parts of the path */
export interface Request<Params = { id?: string }> {
  params: Params
  query: Record<string, unknown>
  body?: unknown
}

export interface Response {
  status(code: number): Response
  json(value: unknown): void
  on(event: 'close', listener: () => void): void
}

/** @param error in words, with what to do */
export function refuse(response: Pick<Response, 'status'>, code: number, error: string): void {
  response.status(code).json({ error })
}
