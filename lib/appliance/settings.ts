// Node-RED's settings for the appliance.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ApplianceConfig } from './config.ts'
import type { ReaderLogin } from './reader-login.ts'
import type { LogMessage } from './service/log-lines.ts'
import type { LoginGate } from './web/login-gate.ts'

/** What the settings need beside the configuration. */
export interface SettingsContext {
  /** the folder of our package: its nodes, icons, locales and examples are loaded as one module */
  packageRoot: string
  credentialSecret: string
  /** takes the log's messages in place of Node-RED's console; undefined: they go there */
  log: ((message: LogMessage) => void) | undefined
  /** undefined: there is no login */
  login: { user: string; gate: Pick<LoginGate, 'ask'>; reader: ReaderLogin } | undefined
}

/** The core palette's order, with ours in front. */
const categories = ['fieldlog', 'subflows', 'common', 'function', 'network', 'sequence', 'parser', 'storage']

/** The settings object that the embedded Node-RED (4.1 or 5) is started with. */
export function nodeRedSettings(config: ApplianceConfig, context: SettingsContext) {
  return {
    userDir: config.home,
    flowFile: 'flows.json',
    flowFilePretty: true,
    credentialSecret: context.credentialSecret,
    uiHost: config.host,
    uiPort: config.port,
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    // naming the package's own folder makes Node-RED take it as a module: with examples, icons and locales
    nodesDir: [context.packageRoot],
    ...loginSettings(context.login),
    get nodesExcludes() {
      return benchOnlyModules(config.home)
    },
    logging: { [context.log ? 'lines' : 'console']: logging(consoleLevel(config), context.log) },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false },
    functionExternalModules: true,
    exportGlobalContextKeys: false,
    diagnostics: { enabled: true, ui: true },
    runtimeState: { enabled: false, ui: false },
    paletteCategories: categories,
    editorTheme: {
      page: { title: 'Fieldlog' },
      // the editor takes it as HTML
      header: { title: `Fieldlog · ${escapeHtml(config.gateway)}` },
      tours: false,
      // neither on nor off: Node-RED warns at each start when they are turned off
      projects: {},
    },
  }
}

/** What Node-RED tells the editor where it does not start the flow. */
export interface RuntimeState {
  error?: string
  types?: string[]
  modules?: Array<{ module: string }>
}

/** What of a flow is not there, in words; undefined where that is not what keeps it from running. */
export function whyNoFlowRuns({ error, types = [], modules = [] }: RuntimeState = {}): string | undefined {
  if (error === 'missing-types') return `node types that are not installed: ${types.join(', ')}`
  if (error !== 'missing-modules') return undefined
  return `modules that are not installed: ${modules.map(({ module }) => module).join(', ')}`
}

function logging(level: string, log: SettingsContext['log']) {
  const settings = { level, metrics: false, audit: false }
  return log ? { ...settings, handler: () => log } : settings
}

/** The log shows warnings and errors, and what is less grave only where the time events in it are. */
function consoleLevel({ eventsLog }: ApplianceConfig): string {
  return eventsLog === 'off' ? 'warn' : eventsLog
}

/** For the editor and its API. What flows serve is behind the guard, and needs no settings. */
function loginSettings(login: SettingsContext['login']) {
  if (!login) return {}
  const { user: name, reader } = login
  const admin = { username: name, permissions: '*' }
  return {
    adminAuth: {
      type: 'credentials',
      users: async (user: string) => (user === name ? admin : null),
      // the guard has asked already, so this is a look at what it found (web/token-request.ts)
      authenticate: async (user: string, password: string) => {
        return (await login.gate.ask('the editor', { user, password })) === 'right' ? admin : null
      },
      tokens: async (token: string) => {
        return reader.isRight(token) ? { username: name, permissions: reader.permissions } : null
      },
      tokenHeader: reader.header,
    },
  }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

/**
 * In a clone the benchmark's peer lies in node_modules, where Node-RED would find it. It is left out, unless
 * the user installed it as his own; Node-RED reads this list each time it looks for modules.
 */
function benchOnlyModules(home: string): string[] {
  return ['node-red-node-serialport'].filter((name) => !existsSync(join(home, 'node_modules', name)))
}
