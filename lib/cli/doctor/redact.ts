// Takes secrets out of what is shown to others: the known ones wherever they stand, and what looks like one.
import { withoutLogin } from '../../kit/url-login.ts'
import type { FlowNode } from './site.ts'

export type Redact = (text: string) => string

const mark = '[secret]'

/** Shorter ones would blacken half of the text, and protect nothing. */
const shortest = 3

/** Names of what should not be shown. */
const secretName = /pass|secret|token|credential|authorization|api[-_]?key|private|cookie/i

/** `password: x`, `token=x`, `"apiKey":"x"`, as they stand in logs. */
const assignment =
  /((?:pass(?:word|phrase|wd)?|secret|token|authorization|api[-_]?key|cookie)["']?\s*[:=]\s*)(?:(?:Bearer|Basic)\s+)?("[^"]*"|'[^']*'|[^\s,;}]+)/gi

/** @param secrets as they were met; they are found in the forms that URLs, JSON and Base64 give them, too */
export function redactor(secrets: readonly string[]): Redact {
  const forms = secrets.filter(({ length }) => length >= shortest).flatMap(formsOf)
  // the longest first: one may be a part of another
  const known = [...new Set(forms)].sort((a, b) => b.length - a.length)
  return (text) => {
    let shown = text
    for (const form of known) shown = shown.replaceAll(form, mark)
    return withoutQueries(withoutLogin(shown).replace(/[^\s"'/]+:[^\s"'/@]*@/g, '')).replace(
      assignment,
      `$1${mark}`,
    )
  }
}

function formsOf(secret: string): string[] {
  const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '')
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64]
}

/** What follows a `?` of a URL may be a token. */
function withoutQueries(text: string): string {
  return text.replace(/([a-z][a-z\d+.-]*:\/\/[^\s"'?]*\?)[^\s"']+/gi, `$1${mark}`)
}

/** Every text in a value, at any depth; what has a secret's name is left out, whatever it is. */
export function redacted(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((each) => redacted(each, redact))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const isHidden = secretName.test(name) && each !== '' && typeof each !== 'boolean'
      return [redact(name), isHidden ? mark : redacted(each, redact)]
    }),
  )
}

/** Of nodes that are not ours: which they are, and how they are wired. Their settings may hold anything. */
const structure = ['id', 'type', 'z', 'd', 'disabled', 'wires']
const ofBrokers = ['broker', 'port', 'usetls', 'tls', 'protocolVersion', 'keepalive', 'cleansession']

/** A flow with the settings of our nodes and of the brokers. */
export function flowForOthers(flow: readonly FlowNode[]): unknown[] {
  return flow.map((node) => {
    if (node.type.startsWith('fieldlog-')) return node
    const names = node.type === 'mqtt-broker' ? [...structure, ...ofBrokers] : structure
    return Object.fromEntries(names.filter((name) => name in node).map((name) => [name, node[name]]))
  })
}
