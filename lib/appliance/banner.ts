// The lines that a start prints about what it runs. Where the flow decides (which port, which broker), they are read
// from the flow, so that an edited one is described correctly.
import { resolve } from 'node:path'
import { withoutLogin } from '../kit/url-login.ts'
import { migrate } from '../migrate/migrate.ts'
import type { ApplianceConfig } from './config.ts'
import type { Login } from './login.ts'

export interface FlowNode {
  id: string
  type: string
  d?: boolean
  [property: string]: unknown
}

export interface BannerFacts {
  config: ApplianceConfig
  /** the port the editor listens on */
  port: number
  /** the broker's URL, and a note such as `embedded` */
  broker: string
  login: Pick<Login, 'user' | 'known' | 'isNew'> | undefined
  /** where the first password is to be chosen, if it is */
  setup: string | undefined
  flow: FlowNode[]
  environment: Record<string, string | undefined>
}

/** The lines of the start message. No line holds a password, but the one that was made a moment ago. */
export function banner(facts: BannerFacts): string[] {
  const { config, login } = facts
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  const scheme = config.tls ? 'https' : 'http'
  const rows: Array<[string, string]> = [
    ['editor', `${scheme}://${host}:${facts.port}/`],
    ['pages', `${scheme}://${host}:${facts.port}/fieldlog/`],
    ['home', config.home],
    ['serial', withoutLogin(settings(facts, 'fieldlog-port', 'path', 'demo:'))],
    [
      'journal',
      settings(facts, 'fieldlog-journal', 'directory', 'journal', (path) => resolve(config.home, path)),
    ],
    // the query of a WebSocket's URL may hold a token
    ['broker', withoutLogin(facts.broker).replace(/\?\S*/, '')],
    ['gateway', config.gateway],
  ]
  if (login?.isNew) {
    rows.push(['login', `user ${login.user}, password ${login.known} (shown this once, kept as a hash only)`])
  } else if (login) rows.push(['login', `user ${login.user}`])
  else if (facts.setup !== undefined) rows.push(['set-up', facts.setup])
  return rows.map(([name, value]) => `  ${name.padEnd(8)} ${value}`)
}

/** One property of every node of a type, with `${NAME}` put in; the node's own default where it is empty. */
function settings(
  facts: BannerFacts,
  type: string,
  property: string,
  fallback: string,
  show = (value: string) => value,
): string {
  const values = facts.flow
    .filter((node) => node.type === type && node.d !== true)
    .map((node) => migrate(type, node))
    .map((node) => show(expand(node[property], facts.environment) || fallback))
  return values.length > 0 ? [...new Set(values)].join(', ') : 'none in the flow'
}

function expand(value: unknown, environment: Record<string, string | undefined>): string {
  return String(value ?? '').replace(/\$\{(\w+)\}/g, (_, name: string) => environment[name] ?? '')
}
