// The messages by which Home Assistant finds the gateway and its devices: one for each, device-based (MQTT discovery, version
// 2024.11).
import type { Component, Components } from './components.ts'

/** Of the package, as Home Assistant shows it beside what it found. */
export interface Origin {
  name: string
  version: string
  url: string
}

export interface GatewayTopics {
  status: string
  health: string
}

/** One device, as it is to be announced. */
export interface AnnouncedDevice {
  id: string
  name: string
  /** where it stands; '' where nothing is said */
  area: string
  /** titles of its formats */
  model: string
  /** its own availability topic, `online` or `silent`; undefined: nobody watches */
  availability: string | undefined
  components: Components
}

/** Where such a message is retained. @param prefix Home Assistant's discovery prefix, usually `homeassistant` */
export function discoveryTopic(prefix: string, id: string): string {
  return `${prefix}/device/${id}/config`
}

/** @param gatewayId that of the gateway, through which Home Assistant sees it */
export function deviceMessage(
  device: AnnouncedDevice,
  gatewayId: string,
  topics: GatewayTopics,
  origin: Origin,
): string {
  const { id, name, area, model, availability, components } = device
  const own = availability === undefined ? [] : [{ t: availability, pl_not_avail: 'silent' }]
  return JSON.stringify({
    dev: {
      ids: [id],
      name,
      ...(model !== '' && { mdl: model }),
      ...(area !== '' && { sa: area }),
      via_device: gatewayId,
    },
    o: originOf(origin),
    avty: [{ t: topics.status }, ...own],
    avty_mode: 'all',
    cmps: components,
  })
}

/** seconds: the report comes once a minute */
const healthExpires = 180

/** The gateway as a device of its own, from its status and its health report. @param isWatching the report counts silent devices */
export function gatewayMessage(
  id: string,
  gateway: string,
  topics: GatewayTopics,
  origin: Origin,
  isWatching: boolean,
): string {
  const number = (
    name: string,
    key: string,
    value: string,
    rest: Partial<Component>,
  ): [string, Component] => [
    key,
    {
      p: 'sensor',
      uniq_id: `${id}-${key}`,
      name,
      stat_t: topics.health,
      val_tpl: `{{ value_json.${value} }}`,
      stat_cla: 'measurement',
      ...rest,
      exp_aft: healthExpires,
      ent_cat: 'diagnostic',
    },
  ]
  const lastLine = 'value_json.lastLine'
  return JSON.stringify({
    dev: { ids: [id], name: gateway, mf: origin.name, mdl: 'Sensor gateway', sw: origin.version },
    o: originOf(origin),
    cmps: {
      status: {
        p: 'binary_sensor',
        uniq_id: `${id}-status`,
        name: 'status',
        stat_t: topics.status,
        pl_on: 'online',
        pl_off: 'offline',
        dev_cla: 'connectivity',
        ent_cat: 'diagnostic',
      },
      ...Object.fromEntries([
        number('messages waiting', 'waiting', 'mqtt.waiting', {}),
        number('messages refused', 'refused', 'mqtt.refusedNow', {}),
        number('disk free', 'disk_free', 'diskFree', { dev_cla: 'data_size', unit_of_meas: 'B' }),
        number('memory', 'memory', 'memory', { dev_cla: 'data_size', unit_of_meas: 'B' }),
        number('uptime', 'uptime', 'uptime', { dev_cla: 'duration', unit_of_meas: 's' }),
        ...(isWatching ? [number('silent devices', 'silent', 'devices.silent', {})] : []),
      ]),
      last_line: {
        p: 'sensor',
        uniq_id: `${id}-last_line`,
        name: 'last line',
        stat_t: topics.health,
        val_tpl: `{% if ${lastLine} is number %}{{ as_datetime(${lastLine} / 1000) }}{% endif %}`,
        dev_cla: 'timestamp',
        ent_cat: 'diagnostic',
      },
    },
  })
}

function originOf({ name, version, url }: Origin): Record<string, string> {
  return { name, sw: version, url }
}
