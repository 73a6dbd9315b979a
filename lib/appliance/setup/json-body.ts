// The body of a request to the set-up page's interface.
import type { IncomingMessage } from 'node:http'

class BodyError extends Error {
  readonly code = 'BODY'
}

const mostBytes = 8192

/**
 * An object of JSON. Rejects with the code BODY for anything else, and without its type: a form of another site could
 * send it, but not name it so.
 */
export async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new BodyError('the body must be of the type application/json')
  }
  const content = parsed(await textOf(request))
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new BodyError('the body must be an object of JSON')
  }
  return content as Record<string, unknown>
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  if (Number(request.headers['content-length']) > mostBytes) throw tooLong()
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > mostBytes) throw tooLong()
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function tooLong(): BodyError {
  return new BodyError(`the body has more than ${mostBytes} bytes`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
