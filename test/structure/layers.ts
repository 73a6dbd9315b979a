// The layers of the source, from the ground up: a folder may import what stands above it in this list, within its own
// group or a group named by it, and nothing else. See ARCHITECTURE.md, "The layers".

/** Each group's folders, from the ground up; each may import those before it in its group. `besides` are single folders of other groups. */
const groups: Record<string, { folders: string[]; uses: string[]; besides?: string[] }> = {
  ground: { folders: ['types', 'lib', 'lib/kit', 'lib/words', 'lib/options'], uses: [] },
  migrate: { folders: ['lib/migrate'], uses: ['ground'] },
  journal: {
    folders: [
      'lib/journal/disk',
      'lib/journal/format',
      'lib/journal/archive',
      'lib/journal/read',
      'lib/journal/segment',
      'lib/journal/recover',
      'lib/journal/write',
      'lib/journal',
      'lib/journal/keep',
      'lib/journal/inspect',
    ],
    uses: ['ground'],
  },
  delivery: {
    folders: [
      'lib/delivery/track',
      'lib/delivery/progress',
      'lib/delivery/once',
      'lib/delivery/send',
      'lib/delivery',
    ],
    uses: ['ground', 'journal'],
  },
  formats: {
    folders: [
      'lib/formats/model',
      'lib/formats/words',
      'lib/formats/frames',
      'lib/formats/history',
      'lib/formats/notation',
      'lib/formats/decoders',
      'lib/formats/steps',
      'lib/formats',
      'lib/formats/check',
      'lib/formats/library',
      'lib/formats/propose',
    ],
    uses: ['ground'],
  },
  // lib/devices is names and formats, and runs in the browser
  devices: { folders: ['lib/devices'], uses: ['ground', 'formats'] },
  watch: { folders: ['lib/devices/watch'], uses: ['ground', 'journal', 'delivery', 'formats', 'devices'] },
  preview: { folders: ['lib/preview'], uses: ['ground', 'journal', 'formats'] },
  predicates: {
    folders: [
      'lib/predicates/model',
      'lib/predicates/stateful',
      'lib/predicates/criteria',
      'lib/predicates/check',
      'lib/predicates/judge',
      'lib/predicates',
    ],
    uses: ['ground', 'formats', 'devices', 'preview'],
  },
  labelling: {
    folders: ['lib/labelling'],
    uses: ['ground', 'migrate', 'journal', 'delivery', 'formats', 'devices', 'preview', 'predicates'],
  },
  redecoding: {
    folders: ['lib/redecoding'],
    uses: ['ground', 'journal', 'delivery', 'formats', 'predicates', 'labelling'],
  },
  statistics: { folders: ['lib/statistics'], uses: ['ground'] },
  cluster: { folders: ['lib/cluster/find', 'lib/cluster'], uses: ['ground', 'journal', 'statistics'] },
  timing: {
    folders: ['lib/timing'],
    uses: ['ground', 'journal', 'delivery', 'formats', 'devices', 'predicates', 'labelling', 'statistics'],
  },
  history: {
    folders: ['lib/history/model', 'lib/history/tables', 'lib/history/store'],
    uses: ['ground', 'journal', 'delivery'],
  },
  query: {
    folders: ['lib/history/query/read', 'lib/history/query/questions', 'lib/history/query'],
    uses: ['ground', 'formats', 'devices', 'watch', 'history'],
  },
  mqtt: {
    folders: ['lib/mqtt/message', 'lib/mqtt/wire', 'lib/mqtt/outbox', 'lib/mqtt/session', 'lib/mqtt/broker'],
    uses: ['ground', 'journal', 'delivery'],
  },
  serial: {
    folders: [
      'lib/serial/source',
      'lib/serial/demo',
      'lib/serial/replay',
      'lib/serial/framing',
      'lib/serial/sending',
      'lib/serial/watch',
      'lib/serial',
    ],
    uses: ['ground', 'journal'],
  },
  'catch-up': { folders: ['lib/catch-up'], uses: ['ground', 'journal'] },
  // what the pages of the gateway are told
  'pages-data': {
    folders: ['lib/pages'],
    uses: ['ground', 'journal', 'delivery', 'history', 'query', 'cluster', 'mqtt', 'serial'],
  },
  metrics: { folders: ['lib/metrics'], uses: ['pages-data'] },
  http: { folders: ['lib/http'], uses: ['ground', 'journal', 'delivery', 'formats'] },
  'time-events': {
    folders: ['lib/time-events/wire', 'lib/time-events/transport', 'lib/time-events'],
    uses: ['ground'],
  },
  announce: {
    folders: ['lib/announce/homeassistant', 'lib/announce'],
    uses: ['ground', 'journal', 'delivery', 'formats', 'devices', 'mqtt'],
  },
  reports: {
    folders: ['lib/mqtt/report'],
    uses: ['ground', 'journal', 'delivery', 'mqtt', 'time-events'],
  },
  cli: {
    folders: [
      'lib/cli',
      'lib/cli/gateway',
      'lib/cli/journal',
      'lib/cli/send',
      'lib/cli/service',
      'lib/cli/store',
      'lib/cli/backup',
      'lib/cli/doctor',
    ],
    uses: [
      'ground',
      'journal',
      'delivery',
      'formats',
      'devices',
      'predicates',
      'labelling',
      'time-events',
      'appliance',
      'history',
      'query',
      'mqtt',
      'serial',
      'pages-data',
    ],
  },
  // what package.json exports
  public: {
    folders: ['lib/public'],
    uses: ['ground', 'migrate', 'journal', 'formats', 'devices', 'predicates', 'time-events'],
  },
  appliance: {
    folders: ['lib/appliance/web', 'lib/appliance/service', 'lib/appliance', 'lib/appliance/setup'],
    uses: ['ground', 'journal', 'serial', 'time-events', 'migrate'],
  },
  nodes: {
    folders: [
      'nodes/shared/panel',
      'nodes/shared',
      'nodes/port/panel',
      'nodes/port',
      'nodes/journal',
      'nodes/devices',
      'nodes/format/panel',
      'nodes/format',
      'nodes/serial-in',
      'nodes/log',
      'nodes/clean/panel',
      'nodes/clean',
      'nodes/label/panel',
      'nodes/label',
      'nodes/cluster/panel',
      'nodes/cluster',
      'nodes/timing',
      'nodes/mqtt-out',
      'nodes/http-body',
      'nodes/events',
      'nodes/events-in',
      'nodes/store',
      'nodes/query',
      'nodes/store/web',
    ],
    uses: [
      'ground',
      'migrate',
      'journal',
      'delivery',
      'formats',
      'devices',
      'watch',
      'preview',
      'predicates',
      'labelling',
      'redecoding',
      'cluster',
      'timing',
      'history',
      'query',
      'mqtt',
      'serial',
      'pages-data',
      'catch-up',
      'http',
      'time-events',
      'reports',
      'announce',
      'metrics',
    ],
  },
  // runs in the browser only; what it draws clusters with is the panel's, and of what it is told it takes the types
  pages: {
    folders: [
      'pages/model',
      'pages/link',
      'pages/parts',
      'pages/chart',
      'pages/views',
      'pages/setup',
      'pages',
    ],
    uses: ['ground'],
    besides: [
      'nodes/cluster/panel',
      'lib/pages',
      'lib/history/query/read',
      'lib/appliance/setup',
      'lib/serial',
      'lib/serial/source',
    ],
  },
  bin: { folders: ['bin'], uses: ['ground', 'cli', 'appliance', 'mqtt', 'pages-data', 'nodes'] },
}

/** For each folder the folders that it may import. */
export const allowedImports: ReadonlyMap<string, readonly string[]> = new Map(
  Object.values(groups).flatMap(({ folders, uses, besides = [] }) =>
    folders.map((folder, place): [string, string[]] => [
      folder,
      [...uses.flatMap((group) => groups[group]!.folders), ...besides, ...folders.slice(0, place)],
    ]),
  ),
)

/** The folder that a file belongs to. */
export function folderOf(file: string): string {
  return file.split('/').slice(0, -1).join('/')
}
