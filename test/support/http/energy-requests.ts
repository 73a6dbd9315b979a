// Requests of energy sensors' clients, and what the service that they were made for answered.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface OriginalCase {
  route: string
  case: string
  contentType: string | null
  request?: string
  requestBase64?: string
  /** of the original service */
  status: number
}

const file = join(import.meta.dirname, '../../fixtures/energy-http-requests.json')

export const originalCases = JSON.parse(readFileSync(file, 'utf8')) as OriginalCase[]

/** A line as a sensor sends it. */
export const energyLine = originalCases[0]!.request!

/** As a client sent what the original parse service answered: a JSON text in JSON. */
const parseAnswerAsSent = originalCases.find((each) => each.case === 'json string of parse answer raw')!
  .request!

/** The line as the original parse service answered it, with an HTTP date. */
export const energyObject = JSON.parse(JSON.parse(parseAnswerAsSent)) as Record<string, unknown>

/** A line that no other has: the number is its event. */
export function energyLineOf(number: number): string {
  return energyLine.replace('Evt=2', `Evt=${number}`)
}
