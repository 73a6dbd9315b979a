// The texts of a systemd service: its unit, and its settings file. Pure; install.ts writes them.
import { type Variable, variables } from '../../appliance/variables.ts'

/** Where the parts of an installed service are. */
export const servicePaths = {
  unit: '/etc/systemd/system/fieldlog.service',
  settings: '/etc/fieldlog/fieldlog.env',
  /** a file for each secret, named as its variable */
  secrets: '/etc/fieldlog/secrets',
  home: '/var/lib/fieldlog',
} as const

export const serviceUser = 'fieldlog'

/** What the service runs: a shell that starts Node.js with its arguments (bin/service.sh); absolute paths. */
export type Program = readonly string[]

/** The words that start a package's gateway. @param root the package's folder */
export function serviceProgram(node: string, root: string, flags: readonly string[] = []): Program {
  return ['/bin/sh', `${root}/dist/bin/service.sh`, node, ...flags, `${root}/dist/bin/fieldlog.js`]
}

/** What no unit of ours needs, in the section `[Service]`. */
export const confinement = `NoNewPrivileges=yes
CapabilityBoundingSet=
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM`

/**
 * The unit. A gateway that hangs for a minute is started anew (lib/appliance/service/watchdog.ts); it has 15 s for an orderly
 * end (it takes less than 10). What it may do is what a gateway does: its home, serial devices, the network.
 * @param writtenBy who writes the file, and therefore writes it anew
 */
export function unitText(program: Program, writtenBy = '`fieldlog install`'): string {
  return `# Written by ${writtenBy}, which writes it anew; your changes belong into \`systemctl edit fieldlog\`.
[Unit]
Description=Fieldlog sensor gateway
Documentation=man:systemd.service(5)
# not for the network, nor for the clock: it logs from the first second, and the broker may come later
After=local-fs.target dbus.service
# a gateway that cannot start is tried for ever: what it needs may come back
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=all
ExecStart=${program.map(quoted).join(' ')} start
User=${serviceUser}
Group=${serviceUser}
SupplementaryGroups=dialout
StateDirectory=fieldlog
StateDirectoryMode=0700
WorkingDirectory=${servicePaths.home}
RuntimeDirectory=fieldlog
# caches that a program keeps in its user's home stay in memory
Environment=FIELDLOG_HOME=${servicePaths.home} HOME=%t/fieldlog
EnvironmentFile=-${servicePaths.settings}
LoadCredential=secret:${servicePaths.secrets}
Restart=always
RestartSec=2
TimeoutStartSec=180
TimeoutStopSec=15
WatchdogSec=60
# a gateway without bounds must not take the machine along: it is ended, and started anew
MemoryMax=75%
OOMPolicy=stop
UMask=0077

${confinement}
SystemCallFilter=~@privileged @resources
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=${isBelowHome(program) ? 'read-only' : 'yes'}
DevicePolicy=closed
DeviceAllow=char-ttyUSB rw
DeviceAllow=char-ttyACM rw
DeviceAllow=char-ttyAMA rw
DeviceAllow=char-ttyS rw
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
KeyringMode=private
RemoveIPC=no

[Install]
WantedBy=multi-user.target
`
}

/** Not of the gateway, but of `fieldlog backup` and its timer. */
const ofBackup: Variable = {
  name: 'FIELDLOG_BACKUP',
  fallback: '',
  about:
    'A folder on another disk, to which fieldlog-backup.timer copies everything each night where it is enabled.',
}

/** What the service sets itself: others must reach it, or nobody could set it up without a terminal. */
const set: Readonly<Record<string, string>> = {
  FIELDLOG_HOST: '0.0.0.0',
  FIELDLOG_SETUP: 'on',
}

/** The settings file: every variable with its default, as a comment where the service does not set it. */
export function settingsText(): string {
  const parts = [...variables.filter(({ name }) => name !== 'FIELDLOG_HOME'), ofBackup].map(commented)
  return (
    `# Settings of the Fieldlog service. Take away the # in front of a line to set it, then: systemctl restart fieldlog\n` +
    `# Serial port and broker are read by the flow; the rest is in the flow itself, in the editor.\n` +
    `# A password belongs into a file of its own, ${servicePaths.secrets}/FIELDLOG_PASSWORD or …/FIELDLOG_MQTT_PASSWORD.\n\n` +
    `${parts.join('\n')}`
  )
}

function commented({ name, fallback, about }: Variable): string {
  const value = set[name]
  return `# ${about}\n${value === undefined ? `#${name}=${fallback}` : `${name}=${value}`}\n`
}

/** A word of a command line, as systemd reads it. */
export function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /[\s"'\\]/.test(escaped) ? `"${escaped.replaceAll(/["\\]/g, '\\$&')}"` : escaped
}

function isBelowHome(program: Program): boolean {
  return program.some((path) => /^\/(?:home|root)\//.test(path))
}
