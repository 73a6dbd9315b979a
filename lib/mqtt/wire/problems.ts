// Why there is no connection, or why the broker refuses a message, in words.
import { errorCode } from '../../kit/errors.ts'

/** What kind of trouble a session has; a change of it is reported once. */
export type ProblemKind =
  | 'unreachable'
  | 'no answer'
  | 'lost'
  | 'login'
  | 'tls'
  | 'version'
  | 'refused'
  | 'taken over'
  | 'settings'

export interface Problem {
  kind: ProblemKind
  /** goes on after the broker's address: `cannot be reached: …` */
  text: string
}

const unreachable: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'the network is not reachable',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
}

const certificate: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'is not signed by a CA that is trusted here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself, not by a CA that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is not signed by a CA that is trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'is not signed by a CA that is trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is not signed by a CA that is trusted here',
  CERT_SIGNATURE_FAILURE: 'is not signed by a CA that is trusted here',
  CERT_HAS_EXPIRED: "has expired (or this machine's clock is wrong)",
  CERT_NOT_YET_VALID: "is not valid yet (or this machine's clock is wrong)",
  ERR_TLS_CERT_ALTNAME_INVALID: 'is made out to another name than the address',
}

/** An error of the socket, of TLS or of MQTT.js before or while connected. */
export function problemOfError(error: Error, connected: boolean): Problem {
  const code = errorCode(error) ?? ''
  if (certificate[code] !== undefined) {
    const advice = 'check the CA certificate and the server name in the TLS settings'
    return { kind: 'tls', text: `has a certificate that ${certificate[code]} (${code}): ${advice}` }
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    const advice = 'is this the TLS port, and does the broker ask for a client certificate?'
    return { kind: 'tls', text: `does not agree on TLS (${opensslReason(error)}): ${advice}` }
  }
  if (error.message === 'connack timeout') {
    return {
      kind: 'no answer',
      text: 'does not answer the login in time: is it an MQTT broker, and is the port right?',
    }
  }
  if (connected) {
    return { kind: 'lost', text: `is not connected any more: ${unreachable[code] ?? error.message}` }
  }
  if (unreachable[code] !== undefined) {
    return { kind: 'unreachable', text: `cannot be reached: ${unreachable[code]} (${code})` }
  }
  return { kind: 'unreachable', text: `cannot be reached: ${error.message || code}` }
}

function opensslReason(error: Error): string {
  const reason = (error as { reason?: unknown }).reason
  return typeof reason === 'string' ? reason : error.message
}

/** What the login was tried with, as far as it explains a refusal. */
interface LoginSettings {
  username?: string | undefined
  password?: string | undefined
}

/** The broker answered the login with a code: MQTT 3.1.1 return codes 1 … 5, MQTT 5 reason codes from 128. */
export function problemOfConnack(code: number, { username, password }: LoginSettings = {}): Problem {
  switch (code) {
    case 1:
    case 132:
      return { kind: 'version', text: 'does not speak this version of MQTT' }
    case 2:
    case 133:
      return {
        kind: 'refused',
        text: 'does not accept the client id: choose another one in the broker settings',
      }
    case 4:
    case 134:
      return { kind: 'login', text: 'refuses the login: user name or password is wrong' }
    case 5:
    case 135:
      // most brokers say this of a wrong password, too
      return {
        kind: 'login',
        text:
          username === undefined && password === undefined
            ? 'refuses the login: it lets nobody in without a user name and a password'
            : 'refuses the login: the password may be wrong, or this user is not allowed in',
      }
    case 138:
      return { kind: 'login', text: 'refuses the login: this client is banned' }
    default:
      return { kind: 'refused', text: `refuses the connection: ${reasonText(code)}` }
  }
}

/** The port speaks TLS, and the address does not. */
export const wantsTls: Problem = {
  kind: 'tls',
  text: 'answers in TLS: the port wants mqtts:// or wss:// (TLS in the broker settings)',
}

const tlsAlert = 21
const tlsMajorVersion = 3

/** The first bytes from a broker that should speak MQTT: what else they are; undefined where they may be MQTT. */
export function problemOfAnswer(first: Buffer): Problem | undefined {
  if (first[0] === tlsAlert && first[1] === tlsMajorVersion) return wantsTls
  if (first.toString('latin1', 0, 5) === 'HTTP/')
    return { kind: 'no answer', text: 'answers in HTTP: is it the port of MQTT, or one for ws://?' }
  return undefined
}

/** Another client has connected with our id, or it looks like it. */
export function takenOver(clientId: string, isCertain: boolean): Problem {
  const what = isCertain
    ? `another client has the same client id, ${clientId}`
    : `soon after each login, without a reason: perhaps another client has the same client id, ${clientId}`
  const advice = 'give each gateway a client id of its own in the broker settings'
  return { kind: 'taken over', text: `closed the connection${isCertain ? ':' : ''} ${what}; ${advice}` }
}

/** The broker said goodbye on MQTT 5. */
export function problemOfDisconnect(code: number, clientId: string): Problem {
  if (code === 142) return takenOver(clientId, true)
  return { kind: 'lost', text: `closed the connection: ${reasonText(code)}` }
}

/** Codes of a DISCONNECT that are about the broker or the client, not about the message that came last. */
const notTheMessage = new Set([0, 137, 139, 141, 142, 147, 150, 152, 156, 157, 159, 160])

/** Whether a DISCONNECT with this code may be the answer to a message. */
export function mayBlameMessage(code: number | undefined): boolean {
  return code === undefined || !notTheMessage.has(code)
}

export const packetTooLarge = 149
/** topic name invalid, packet too large, payload format invalid */
const neverPass = new Set([144, packetTooLarge, 153])

/** Whether a message that was refused with this code would be refused for ever, whoever is asked and when. */
export function canNeverPass(code: number): boolean {
  return neverPass.has(code)
}

/** MQTT 5 reason codes (MQTT 5.0, 2.4), and 3 of MQTT 3.1.1. */
const reasons: Record<number, string> = {
  3: 'it is not available now',
  128: 'no reason given',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'it has a reason of its own',
  135: 'not authorized',
  136: 'it is not available now',
  137: 'it is busy',
  139: 'it is shutting down',
  140: 'bad authentication method',
  141: 'keep-alive timeout',
  144: 'topic name invalid',
  145: 'packet identifier in use',
  146: 'packet identifier not found',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'administrative action',
  153: 'payload format invalid',
  154: 'retained messages are not supported',
  155: 'this QoS is not supported',
  156: 'use another server',
  157: 'the server has moved',
  159: 'connection rate exceeded',
  160: 'maximum connect time',
}

/** A reason code in words, with the number. */
export function reasonText(code: number): string {
  const words = reasons[code]
  return words === undefined ? `code ${code}` : `${words} (code ${code})`
}
