// The bearer token that a request must bring, where one is set.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Refusal } from './refusal.ts'

/** Undefined where the request brings the token. It takes the same time however much of a wrong one is right. */
export function refuseWithoutToken(authorization: string | undefined, token: string): Refusal | undefined {
  const given = /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined && timingSafeEqual(hashOf(given), hashOf(token))) return undefined
  const challenge =
    given === undefined ? 'Bearer realm="Fieldlog"' : 'Bearer realm="Fieldlog", error="invalid_token"'
  return new Refusal(
    401,
    {
      error: 'A token is needed.',
      reason:
        given === undefined ? 'found none, expected "Authorization: Bearer …"' : 'it is not the right one',
    },
    { 'www-authenticate': challenge },
  )
}

/** Of the same length whatever was given, so that both can be compared. */
function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
