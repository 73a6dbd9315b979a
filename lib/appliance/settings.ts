// Node-RED's settings for the appliance.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ApplianceConfig } from './config.ts'
import type { Login } from './login.ts'

/** What the settings need beside the configuration. */
export interface SettingsContext {
  /** the folder of our package: its nodes, icons, locales and examples are loaded as one module */
  packageRoot: string
  credentialSecret: string
  login: Login | undefined
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
    logging: { console: { level: 'warn', metrics: false, audit: false } },
    telemetry: { enabled: false, updateNotification: false },
    externalModules: { autoInstall: false },
    functionExternalModules: true,
    exportGlobalContextKeys: false,
    diagnostics: { enabled: true, ui: true },
    runtimeState: { enabled: false, ui: false },
    paletteCategories: categories,
    editorTheme: {
      page: { title: 'Fieldlog' },
      header: { title: `Fieldlog · ${config.gateway}` },
      tours: false,
      // neither on nor off: Node-RED warns at each start when they are turned off
      projects: {},
    },
  }
}

function loginSettings(login: Login | undefined) {
  if (!login) return {}
  const basic = { user: login.user, pass: login.hash }
  return {
    adminAuth: {
      type: 'credentials',
      users: [{ username: login.user, password: login.hash, permissions: '*' }],
    },
    httpNodeAuth: basic,
    httpStaticAuth: basic,
  }
}

/**
 * In a clone the benchmark's peer lies in node_modules, where Node-RED would find it. It is left out, unless
 * the user installed it as his own; Node-RED reads this list each time it looks for modules.
 */
function benchOnlyModules(home: string): string[] {
  return ['node-red-node-serialport'].filter((name) => !existsSync(join(home, 'node_modules', name)))
}
