// The appliance: Node-RED with the shipped flow, its own broker where there is no other, and an orderly end.

import { once } from 'node:events'
import { existsSync, fstatSync, readFileSync, realpathSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'
import { demandLogin, type TokenCheck } from '../lib/appliance/access.ts'
import { banner, type FlowNode } from '../lib/appliance/banner.ts'
import {
  type ApplianceConfig,
  flowEnvironment,
  hideSecrets,
  homeFolder,
  readConfig,
  withCredentials,
} from '../lib/appliance/config.ts'
import { type KeptBroker, keepBroker } from '../lib/appliance/embedded.ts'
import { isAnyOn, withTransports } from '../lib/appliance/events.ts'
import { credentialSecret, installDefaultFlow, joinFlows, openHome, readFlow } from '../lib/appliance/home.ts'
import { type Login, loginFor } from '../lib/appliance/login.ts'
import { privateUmask, tighten } from '../lib/appliance/permissions.ts'
import { ReaderLogin } from '../lib/appliance/reader-login.ts'
import { isJournalStream, LogLines } from '../lib/appliance/service/log-lines.ts'
import { keepFlow, newerNodes } from '../lib/appliance/service/update.ts'
import { StallWatch } from '../lib/appliance/service/watchdog.ts'
import { gatewayIsReady, serviceIsReady, serviceParts } from '../lib/appliance/service.ts'
import { nodeRedSettings, type RuntimeState, whyNoFlowRuns } from '../lib/appliance/settings.ts'
import { selfSigned } from '../lib/appliance/setup/self-signed.ts'
import { readStored, withStored } from '../lib/appliance/setup/stored.ts'
import { Shutdown } from '../lib/appliance/shutdown.ts'
import { decrypted, encryptedOnly } from '../lib/appliance/web/encryption.ts'
import { createGuardedServer } from '../lib/appliance/web/guarded-server.ts'
import { LoginGate } from '../lib/appliance/web/login-gate.ts'
import { passwordCheck } from '../lib/appliance/web/passwords.ts'
import { inBackground } from '../lib/kit/background.ts'
import { systemClock } from '../lib/kit/clock.ts'
import { doneWithin } from '../lib/kit/deadline.ts'
import { asError, errorCode } from '../lib/kit/errors.ts'
import { startEmbeddedBroker } from '../lib/mqtt/broker/embedded.ts'
import { packageRoot, packageVersion, rollback } from '../lib/package.ts'
import { endEvents } from '../nodes/events/registry.ts'
import { journalProgress } from '../nodes/journal/progress.ts'
import { drain } from '../nodes/port/registry.ts'
import { firstContact, setupText } from './first-contact.ts'
import { loadNodeRed, type NodeRed, reloadFlows, startNodeRed, tokenCheck } from './node-red.ts'

const stopLimit = 9_000
const brokerPause = 10_000
const longestStart = 60_000

const lines = new LogLines(
  { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  isJournalStream(process.env.JOURNAL_STREAM, fstatSync(2)),
)
const say = (text: string) => lines.print('info', `fieldlog: ${text}`)
const complain = (text: string) => lines.print('warning', `fieldlog: ${text}`)
const fail = (text: string) => lines.print('error', `fieldlog: ${text}`)

/** Runs until a signal, or the end of the parent process, stops it. */
export async function start(): Promise<void> {
  const shutdown = new Shutdown({ limit: stopLimit, log: complain, exit: (status) => process.exit(status) })
  stopAtTheEnd(shutdown)
  if (lines.isJournal) printWarnings()
  try {
    await run(shutdown)
  } catch (error) {
    const expected = ['CONFIG', 'HOME', 'START'].includes(errorCode(error) ?? '')
    fail(expected ? asError(error).message : `cannot start: ${asError(error).stack}`)
    await shutdown.stop(1)
  }
}

/** A start that cannot go on; the message is all the user needs. */
class StartError extends Error {
  readonly code = 'START'
}

async function run(shutdown: Shutdown): Promise<void> {
  process.umask(privateUmask)
  const machine = {
    homeDirectory: homedir(),
    hostName: hostname(),
    readFile: (path: string) => readFileSync(path, 'utf8'),
    exists: existsSync,
  }
  const env = withCredentials({ ...process.env }, machine)
  const config = readConfig(withStored(env, readStored(homeFolder(env, machine))), machine)
  hideSecrets(process.env, config)
  openHome(config.home)
  const open = tighten(config.home, homedir())
  if (open) complain(open)
  const nodeRed = findNodeRed()
  const login = loginFor(config)

  let answer: RequestListener = (_, response) => {
    response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '2' })
    response.end('Fieldlog is starting\n')
  }
  let tokens: TokenCheck
  const reader = new ReaderLogin()
  let broker: KeptBroker | undefined
  /** Puts the flow's variables in force, with the embedded broker where there is no other. */
  const prepare = async (current: ApplianceConfig) => {
    if (current.mqtt.url === undefined) broker ??= await ownBroker(current)
    hideSecrets(process.env, current)
    Object.assign(process.env, flowEnvironment(current, broker?.url ?? ''))
  }
  const stopBroker = async () => {
    await broker?.stop()
    broker = undefined
  }
  const startedFlow = Promise.withResolvers<void>()
  const { door, site, isSettingUp } = firstContact({
    env,
    machine,
    config,
    login,
    gateFor: (given) => gateFor(given, nodeRed),
    tokenCheck: () => tokens,
    reader,
    log: say,
    async apply(changed) {
      // a flow that lacks a type of nodes never starts
      await doneWithin(startedFlow.promise, longestStart, systemClock)
      await prepare(changed)
      await reloadFlows(nodeRed)
      if (changed.mqtt.url !== undefined) await stopBroker()
    },
  })
  const secure = secureContext(config, machine.hostName)
  const server = createGuardedServer(
    (request, response) => {
      if (!site.take(request, response)) answer(request, response)
    },
    secure ? encryptedOnly(door.guard) : door.guard,
    systemClock,
    secure && ((socket) => decrypted(socket, secure)),
  )
  const port = await listen(server, config)
  shutdown.add('the HTTP server', () => server.closeAllConnections())
  shutdown.add('the embedded broker', stopBroker)
  await prepare(config)
  const secret = credentialSecret(config.home)
  const kept = tryToKeepFlow(config.home)
  const firstStart = installDefaultFlow(config.home, defaultFlow(config), secret)

  const redSettings = nodeRedSettings(config, {
    packageRoot,
    credentialSecret: secret,
    log: lines.isJournal ? (message) => lines.nodeRed(message) : undefined,
    login: door.isLocked ? { user: 'admin', gate: door, reader } : undefined,
  })
  const started = startNodeRed(nodeRed, server, redSettings, door.isLocked ? demandLogin(door) : undefined)
  shutdown.add('the flow', async () => {
    await started
    await nodeRed.RED.stop()
  })
  shutdown.add('the serial port', async () => {
    const left = await drain()
    if (left > 0) complain(`${left} lines that were read could not be logged: a deploy was under way`)
  })
  shutdown.add('the time events', endEvents)
  const flowRuns = once(nodeRed.RED.events, 'flows:started')
  reportMissingNodes(nodeRed)
  answer = await started
  tokens = tokenCheck(nodeRed)

  say(`Fieldlog ${packageVersion} on Node-RED ${nodeRed.version}, Node.js ${process.versions.node}`)
  const flow = readFlow<FlowNode>(config.home) ?? noFlow(config.home)
  const facts = {
    config,
    port,
    broker: brokerText(config, broker),
    login,
    setup: isSettingUp ? setupText(machine.hostName, port, config.tls ? 'https' : 'http') : undefined,
    flow,
    environment: process.env,
  }
  for (const line of banner(facts)) lines.print('info', line)
  for (const text of newerNodes(flow)) complain(text)
  const takenBack = rollback()
  if (takenBack) complain(`an update was taken back: ${takenBack.says}`)
  if (kept !== undefined) say(`another version: the flow as it was is kept as ${kept} in the home`)
  if (firstStart) say('first start: the default flow is now in the home; edit it in the editor as you like')
  if (config.http && !flow.some(({ type }) => type === 'fieldlog-http-body')) {
    say(
      'FIELDLOG_HTTP: your flow stays as it is; for HTTP import energy-sensors in the editor (Import, Examples)',
    )
  }
  if (isAnyOn(config.events) && !flow.some(({ type }) => type === 'fieldlog-events-in')) {
    say(
      'FIELDLOG_EVENTS: your flow stays as it is; for time events import time-events in the editor (Import, Examples)',
    )
  }
  const isSaid = flowRuns.then(() => {
    startedFlow.resolve()
    say('the flow is running')
  })
  await gatewayIsReady(isSaid, process.uptime() * 1000, systemClock)
  const watch = new StallWatch()
  serviceIsReady(serviceParts(process.env, (now) => watch.stalled(journalProgress(), now), complain))
}

/** A full disk must not keep the gateway from starting. */
function tryToKeepFlow(home: string): string | undefined {
  try {
    return keepFlow(home, packageVersion)
  } catch (error) {
    complain(
      `another version: the flow as it was cannot be kept beside itself (${asError(error).message}); ` +
        'this is tried again at the next start',
    )
    return undefined
  }
}

/** Says so; the start goes on, for the editor is what mends it. */
function noFlow(home: string): [] {
  const path = join(home, 'flows.json')
  complain(
    `${path} is empty or damaged: Node-RED runs its backup in place of an empty one, and nothing in place of a damaged one. ` +
      'Where the editor shows no flow: stop Fieldlog, copy .flows.json.backup from beside it over it, and start again',
  )
  return []
}

function secureContext({ tls, home }: ApplianceConfig, hostName: string): SecureContext | undefined {
  if (!tls) return undefined
  if (tls === 'self') return ownContext(home, hostName)
  try {
    return createSecureContext({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) })
  } catch (error) {
    throw new StartError(
      `FIELDLOG_TLS_CERT and FIELDLOG_TLS_KEY cannot be used (${asError(error).message}); ` +
        `give a certificate and its key as PEM files which this user can read: ${tls.cert}, ${tls.key}`,
    )
  }
}

function ownContext(home: string, hostName: string): SecureContext {
  const [name = hostName] = hostName.split('.')
  const names = [...new Set([hostName, name, `${name}.local`, 'localhost', '127.0.0.1', '::1'])]
  try {
    const { pem, fingerprint } = selfSigned(home, names, Date.now())
    const context = createSecureContext({ cert: pem, key: pem })
    say(`the machine has made its own certificate; its SHA-256 fingerprint is ${fingerprint}`)
    return context
  } catch (error) {
    throw new StartError(
      `FIELDLOG_TLS_CERT=self: there is no certificate (${asError(error).message}); ` +
        'or give one by FIELDLOG_TLS_CERT and FIELDLOG_TLS_KEY',
    )
  }
}

function gateFor({ user, hash, known }: Login, { bcrypt }: NodeRed): LoginGate {
  const check = passwordCheck(hash, bcrypt)
  return new LoginGate({ user, check, known, log: complain, clock: systemClock })
}

function findNodeRed(): NodeRed {
  try {
    return loadNodeRed(process.env.FIELDLOG_NODE_RED || 'node-red', process.cwd())
  } catch (error) {
    throw new StartError(asError(error).message)
  }
}

/** Node.js would print its warnings without a level. */
function printWarnings(): void {
  process.removeAllListeners('warning')
  process.on('warning', (warning) => lines.print('warning', String(warning)))
}

/** Every signal that asks for the end, and the end of `npm start` above us, stop all parts in order. */
function stopAtTheEnd(shutdown: Shutdown): void {
  const stop = (why: string) => {
    if (!shutdown.stopping) say(`stopping (${why})`)
    inBackground(shutdown.stop(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  process.on('disconnect', () => stop('the parent process has ended'))
  // nobody reads any more what we print: that must not end the process before its time
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stream.destroy())
  const crash = (kind: string) => (error: unknown) => {
    fail(`${kind}: ${asError(error).stack}`)
    inBackground(shutdown.stop(1))
  }
  process.on('uncaughtException', crash('uncaught exception, stopping'))
  process.on('unhandledRejection', crash('unhandled rejection, stopping'))
}

async function listen(server: Server, { host, port }: ApplianceConfig): Promise<number> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const why = errorCode(error) === 'EADDRINUSE' ? 'another program has it' : asError(error).message
    throw new StartError(
      `cannot listen on ${host}:${port}: ${why}; choose another FIELDLOG_PORT (or FIELDLOG_HOST)`,
    )
  }
  server.on('error', (error) => complain(`the HTTP server: ${error.message}`))
  return (server.address() as AddressInfo).port
}

function ownBroker(config: ApplianceConfig): Promise<KeptBroker> {
  return keepBroker({
    port: config.mqtt.embeddedPort,
    start: (port) => startEmbeddedBroker({ port, report: complain }),
    log: complain,
    pause: brokerPause,
  })
}

function brokerText(config: ApplianceConfig, broker: KeptBroker | undefined): string {
  if (!broker) return config.mqtt.url ?? ''
  return `${broker.url} (${broker.running ? 'embedded' : 'embedded, waiting for its port'})`
}

/** Node-RED starts no flow at all while the type of one node, or a module of one, is missing, and says so only at a level we hide. */
function reportMissingNodes({ RED }: NodeRed): void {
  RED.events.on('runtime-event', ({ id, payload }: RuntimeEvent) => {
    if (id !== 'runtime-state') return
    const why = whyNoFlowRuns(payload)
    if (why !== undefined) complain(`the flow does not run: it uses ${why}`)
  })
}

interface RuntimeEvent {
  id?: string
  payload?: RuntimeState
}

function defaultFlow({ http, events }: ApplianceConfig): string {
  return joinFlows(
    shippedFlow('gateway'),
    ...(http ? [shippedFlow('energy-sensors')] : []),
    ...(isAnyOn(events) ? [withTransports(shippedFlow('time-events'), events)] : []),
  )
}

function shippedFlow(name: string): string {
  const path = join(packageRoot, `examples/${name}.json`)
  if (!existsSync(path))
    throw new StartError(`the package is incomplete: ${path} is missing; build or install it again`)
  return readFileSync(path, 'utf8')
}

// run as a program, not imported by fieldlog.ts (import.meta.main is only in Node 24)
if (process.argv[1] && realpathSync(process.argv[1]) === import.meta.filename) await start()
