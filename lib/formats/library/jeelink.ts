// The JeeLink's own formats: RF12 packets of the JeeNodes of one house, all numbers little-endian.
// Facts from the RF12demo protocol and the nodes' decoders; the units and ranges stand with each field.
//
// Other sketches write their devices' packets in the same form under a header of their own, which is some node's id here:
// LaCrosse sensors are OK 9 with 5 bytes, PCA301 plugs OK 24 with 10, and an emonTx is often node 15 with 40. So each
// format takes only lengths that are its own, or that a damaged line of its own may have: these it rejects.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'
import { ookrelay, otrelay, p1scanner, slowlogger } from './jeelink-relays.ts'

/** The node id, which tells apart the nodes of one type at one source. */
const node: FieldDefinition = { name: 'node', from: 'node', type: 'integer', hidden: true }

export const room: FormatDefinition = {
  type: 'room',
  name: 'Room node: light, movement, humidity, temperature',
  takes: { nodes: [2, 4, 5, 6, 10, 11, 12, 13, 23, 24], bytes: [0, 6] },
  decoder: { kind: 'packet', minBytes: 4, maxBytes: 4 },
  fields: [
    { name: 'light', from: 0, type: 'integer', unit: '%', scale: '100/255', min: 0, max: 100 },
    { name: 'moved', from: 1, bit: 0, bits: 1, type: 'integer', deviceClass: 'motion' },
    {
      name: 'humi',
      from: 1,
      bit: 1,
      bits: 7,
      type: 'integer',
      unit: '%',
      deviceClass: 'humidity',
      min: 0,
      max: 100,
    },
    {
      name: 'temp',
      from: 2,
      read: 'u16le',
      bit: 0,
      bits: 10,
      signed: true,
      type: 'number',
      unit: '°C',
      scale: '1/10',
      decimals: 1,
      min: -50,
      max: 50,
    },
    { name: 'lobat', from: 2, read: 'u16le', bit: 10, bits: 1, type: 'integer', deviceClass: 'battery' },
    node,
  ],
  key: ['node'],
}

export const homepower: FormatDefinition = {
  type: 'homepower',
  name: 'Home power: three pulse counters',
  takes: { nodes: [9], bytes: [6, 20] },
  decoder: { kind: 'packet', minBytes: 12, maxBytes: 12 },
  fields: [...pulsePair(1), ...pulsePair(2), ...pulsePair(3), node],
  key: ['node'],
}

export const radioblip: FormatDefinition = {
  type: 'radioblip',
  name: 'Radio blip: battery life of one node',
  takes: { nodes: [3], bytes: [0, 20] },
  decoder: { kind: 'packet', minBytes: 4 },
  fields: [
    { name: 'ping', from: 0, read: 'u32le', type: 'integer' },
    { name: 'age', computed: 'floor(ping / 1350)', type: 'integer', unit: 'd' },
    { name: 'battery', from: 4, bit: 0, bits: 7, when: 'length >= 7', type: 'integer' },
    { name: 'boost', from: 4, bit: 7, bits: 1, when: 'length >= 7', type: 'integer' },
    {
      name: 'vpre',
      from: 5,
      when: 'length >= 7',
      type: 'number',
      unit: 'V',
      scale: '2/100',
      offset: 1,
      decimals: 2,
    },
    {
      name: 'vbatt',
      computed: 'floor((50 + before) * after / 255) * 2 / 100',
      when: 'length >= 7 && boost == 1',
      type: 'number',
      unit: 'V',
      decimals: 2,
    },
    {
      name: 'vpost',
      from: 6,
      when: 'length >= 7 && boost == 0',
      type: 'number',
      unit: 'V',
      scale: '2/100',
      offset: 1,
      decimals: 2,
    },
    { name: 'before', from: 5, type: 'integer', hidden: true },
    { name: 'after', from: 6, type: 'integer', hidden: true },
    { name: 'length', from: 'length', type: 'integer', hidden: true },
    node,
  ],
  key: ['node', 'battery'],
}

export const smarelay: FormatDefinition = {
  type: 'smarelay',
  name: 'SMA relay: a solar inverter',
  takes: { nodes: [15], bytes: [0, 20] },
  decoder: { kind: 'packet', minBytes: 14, maxBytes: 14 },
  fields: [
    counter('yield', 0, 'kWh'),
    counter('total', 2, 'MWh'),
    { name: 'acw', from: 4, read: 'u16le', type: 'integer', unit: 'W', min: 0, max: 6000 },
    voltage('dcv1', 6),
    voltage('dcv2', 8),
    panelPower('dcw1', 10),
    panelPower('dcw2', 12),
    node,
  ],
  key: ['node'],
}

/** All whose nodes are known, in the order in which a flow offers them. */
export const jeelinkFormats: readonly FormatDefinition[] = [
  room,
  homepower,
  radioblip,
  smarelay,
  otrelay,
  ookrelay,
  p1scanner,
  slowlogger,
]

/**
 * A counter of half watt-hours, and the power from the time of the last pulse: ms, from 60,000 on in seconds. A pair
 * whose counter has not changed brings no news; with `onlyNews` it is left out.
 */
function pulsePair(n: number): FieldDefinition[] {
  const from = (n - 1) * 4
  return [
    {
      name: `c${n}`,
      from,
      read: 'u16le',
      type: 'number',
      unit: 'kWh',
      scale: '0.5/1000',
      decimals: 4,
      min: 0,
      max: 33,
      newsOf: `c${n}`,
    },
    {
      name: `p${n}`,
      computed: `floor(18000000 / (t${n} > 60000 ? 1000 * (t${n} - 60000) : t${n})) / 10`,
      when: `t${n} != 0`,
      type: 'number',
      unit: 'W',
      decimals: 1,
      min: 0,
      max: 1000,
      newsOf: `c${n}`,
    },
    { name: `t${n}`, from: from + 2, read: 'u16le', type: 'integer', hidden: true },
  ]
}

/** Like a pulse counter, it brings news only when it has changed. */
function counter(name: string, from: number, unit: string): FieldDefinition {
  return {
    name,
    from,
    read: 'u16le',
    type: 'number',
    unit,
    scale: '1/1000',
    decimals: 3,
    newsOf: name,
  }
}

function voltage(name: string, from: number): FieldDefinition {
  return {
    name,
    from,
    read: 'u16le',
    type: 'number',
    unit: 'V',
    scale: '1/100',
    decimals: 2,
    min: 0,
    max: 250,
  }
}

function panelPower(name: string, from: number): FieldDefinition {
  return { name, from, read: 'u16le', when: 'acw > 0', type: 'integer', unit: 'W', min: 0, max: 4000 }
}
