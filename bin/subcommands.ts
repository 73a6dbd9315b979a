// The subcommands of `fieldlog`: what each is for, and where it is.
import type { Command } from '../lib/cli/command.ts'

export interface Subcommand {
  /** one line for `fieldlog --help` */
  summary: string
  load(): Promise<Command>
}

/** All but `start`, which takes no arguments. Loaded on demand, so that none waits for what another one needs. */
export const subcommands: Readonly<Record<string, Subcommand>> = {
  status: {
    summary: 'show on one screen how the running gateway is',
    load: async () => (await import('../lib/cli/gateway/status.ts')).status,
  },
  doctor: {
    summary: 'look at everything that a gateway needs, and say what to do',
    load: async () => (await import('../lib/cli/doctor/doctor.ts')).doctor,
  },
  verify: {
    summary: 'check every checksum, hash and number of a journal',
    load: async () => (await import('../lib/cli/journal/verify.ts')).verify,
  },
  audit: {
    summary: 'add up what became of every entry of a journal',
    load: async () => (await import('../lib/cli/journal/audit.ts')).audit,
  },
  cat: {
    summary: 'print entries of a journal, by seq, time or source',
    load: async () => (await import('../lib/cli/journal/cat.ts')).cat,
  },
  replay: {
    summary: 'have the running gateway send events again',
    load: async () => (await import('../lib/cli/gateway/replay.ts')).replay,
  },
  rebuild: {
    summary: 'have the running gateway make its store again from the journal',
    load: async () => (await import('../lib/cli/store/rebuild.ts')).rebuild,
  },
  refused: {
    summary: 'show what MQTT brokers refused, or send it again',
    load: async () => (await import('../lib/cli/gateway/refused.ts')).refused,
  },
  backup: {
    summary: 'copy journals, flows and settings to another disk',
    load: async () => (await import('../lib/cli/backup/backup.ts')).backup,
  },
  relabel: {
    summary: 'try the formats and predicates of a flow on a whole journal',
    load: async () => (await import('../lib/cli/journal/relabel.ts')).relabel,
  },
  clock: {
    summary: 'say whether the clock agrees with the journal, or confirm that it is right',
    load: async () => (await import('../lib/cli/gateway/clock.ts')).clock,
  },
  import: {
    summary: 'append JeeMon day files to a journal',
    load: async () => (await import('../lib/cli/journal/import.ts')).importFiles,
  },
  export: {
    summary: 'print what a store holds, as CSV or JSON',
    load: async () => (await import('../lib/cli/store/export.ts')).exportRows,
  },
  send: {
    summary: 'send a time event, by queue, socket or UDP',
    load: async () => (await import('../lib/cli/send/send-event.ts')).sendEvent,
  },
  'send-demo': {
    summary: 'send the time events of a demo boot',
    load: async () => (await import('../lib/cli/send/send-demo.ts')).sendDemo(),
  },
  'send-lines': {
    summary: 'send the lines of a file over HTTP, as sensors do',
    load: async () => (await import('../lib/cli/send/send-lines.ts')).sendLines,
  },
  install: {
    summary: 'make the gateway a service of systemd',
    load: async () => (await import('../lib/cli/service/install.ts')).install,
  },
  uninstall: {
    summary: 'take that service away; data and settings stay',
    load: async () => (await import('../lib/cli/service/uninstall.ts')).uninstall,
  },
}
