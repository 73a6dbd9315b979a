import { addMissing, type Config, type Migration } from './migration.ts'

/** The template that an empty topic stood for up to version 1; since then it is one that has `{device}`. */
const firstTopic = 'fieldlog/{gateway}/{verdict}/{type}/{source}'

/** An empty topic means today's default. Old flows keep their topics, so it is written out for them. */
function keepTopic(config: Config): Config {
  return String(config.topic ?? '').trim() === '' ? { ...config, topic: firstTopic } : config
}

const addLater = addMissing({
  lateTopic: '',
  payload: 'event',
  qos: 1,
  retain: false,
  expiry: '',
  order: 'strict',
  pace: 0,
  maxSize: 1000,
  keep: 'oldest',
})

export const mqttOut: readonly Migration[] = [
  (config) => addLater(keepTopic(config)),
  keepTopic,
  addMissing({ played: false }),
  addMissing({ reportInterval: 5, nodeId: '', firmware: '', location: '', compressed: false }),
  addMissing({
    latest: 'off',
    homeassistant: 'off',
    homeassistantPrefix: 'homeassistant',
    homeassistantTypes: '',
  }),
]
