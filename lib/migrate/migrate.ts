// Brings the properties of a node from an older flow into today's form. It runs wherever such properties are read: in
// the runtime when a node is made, in its panel when it is opened, and where the command reads a flow file.
//
// Each node has a hidden property `version`; a flow from before it existed has version 0. The steps of a type stand in
// their order, the first one leads from 0 to 1, so the number of steps is today's version. To rename or add a property,
// add a step and a test with an old flow. Never change a step that was released: flows have gone through it.
import { nameFaults } from './label.ts'
import { addMissing, type Config, type Migration } from './migration.ts'
import { mqttOut } from './mqtt-out.ts'

/** The step of a node whose properties are still what they were: from now on they carry their version. */
const numbered: Migration = (config) => config

/** Until then lines ended in LF or CR LF, which is what `auto` does with them; the others have no effect with it. */
const framing: Config = {
  framing: 'auto',
  delimiter: ';',
  frameStart: '\\x02',
  frameEnd: '\\x03',
  frameAfter: 0,
  keepMarks: true,
  frameSize: 12,
  frameSync: '',
  lengthOffset: 2,
  lengthSize: 2,
  lengthOrder: 'big',
  lengthCounts: 'rest',
  lengthExtra: 0,
  silence: 100,
  framePattern: '[\\r\\n]+',
}

/**
 * Until then opening a port reset the device, by which it lost what it had not saved. Nobody had chosen that, so the
 * ports of old flows leave it alone, too.
 */
const watched: Config = { sourceName: '', opening: 'keep', silentAfter: 0, whenSilent: 'tell' }

/** Until then nothing was sent to a device. */
const sending: Config = {
  sendEnd: 'auto',
  startLines: '',
  collector: 'none',
  catchUpGap: 60,
  catchUpDays: 7,
  catchUpFirst: true,
  catchUpRequest: '',
  catchUpReplayed: '',
  catchUpEnd: '',
  catchUpNumber: '',
  catchUpLimit: 10,
}

/** Until then a port's name was for the editor only: one that has a name keeps its source, and one that gets a name says what changes. */
const namedSource: Migration = (config) =>
  addMissing({ nameIsSource: String(config.name ?? '').trim() === '' })(config)

const steps: ReadonlyMap<string, readonly Migration[]> = new Map([
  ['fieldlog-port', [numbered, addMissing(framing), addMissing({ ...watched, ...sending }), namedSource]],
  [
    'fieldlog-journal',
    [addMissing({ archiveAfter: 2, retentionDays: 0, retentionSize: 0 }), addMissing({ entryLimit: 16 })],
  ],
  ['fieldlog-devices', [numbered]],
  ['fieldlog-format', [addMissing({ sample: '' })]],
  ['fieldlog-serial-in', [numbered]],
  ['fieldlog-log', [numbered]],
  ['fieldlog-clean', [addMissing({ match: 'first' })]],
  ['fieldlog-label', [numbered, nameFaults]],
  ['fieldlog-cluster', [numbered]],
  ['fieldlog-timing', [numbered]],
  ['fieldlog-store', [numbered]],
  ['fieldlog-query', [numbered]],
  ['fieldlog-mqtt-out', mqttOut],
  ['fieldlog-http-body', [numbered]],
  ['fieldlog-events', [numbered]],
  ['fieldlog-events-in', [numbered]],
])

/** The types of node that have a version. */
export const versionedTypes: readonly string[] = [...steps.keys()]

/** Today's version of a type's properties; 0 for a type that is not ours. */
export function currentVersion(type: string): number {
  return steps.get(type)?.length ?? 0
}

/**
 * The properties in today's form. They are given back as they are where nothing has to be done: for types that are not
 * ours, and for nodes of today's version or of a newer one.
 */
export function migrate<Properties extends object>(type: string, properties: Properties): Properties {
  const { version } = properties as { version?: unknown }
  const old = typeof version === 'number' ? version : 0
  const due = steps.get(type)?.slice(old) ?? []
  if (due.length === 0) return properties
  const migrated = due.reduce((config, step) => step(config), properties as Config)
  return { ...migrated, version: currentVersion(type) } as unknown as Properties
}
