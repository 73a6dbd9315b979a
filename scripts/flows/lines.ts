// What the examples that read lines have in common: a port, a journal of their own, formats, debug nodes, comments.

import { formatLibrary } from '../../lib/formats/library/library.ts'
import type { FormatDefinition } from '../../lib/formats/model/definition.ts'
import { defaultsOf } from '../../lib/options/options.ts'
import { journalOptions } from '../../nodes/journal/settings.ts'
import { type PortOptions, portOptions } from '../../nodes/port/options.ts'
import { debugNode, type FlowNode, type OnCanvas, versionOf } from './parts.ts'

export function portNode(nodeId: string, settings: Partial<PortOptions>): FlowNode {
  return {
    id: nodeId,
    type: 'fieldlog-port',
    ...defaultsOf(portOptions),
    ...versionOf('fieldlog-port'),
    ...settings,
  }
}

/** @param directory in the user directory; a journal has one log node, so each example has its own */
export function journalNode(nodeId: string, directory: string): FlowNode {
  return {
    id: nodeId,
    type: 'fieldlog-journal',
    ...defaultsOf(journalOptions),
    ...versionOf('fieldlog-journal'),
    directory,
  }
}

/** @param sample a line that it decodes; by default that of the library */
export function formatNode(nodeId: string, definition: FormatDefinition, sample?: string): FlowNode {
  return {
    id: nodeId,
    type: 'fieldlog-format',
    ...versionOf('fieldlog-format'),
    definition,
    sample: sample ?? formatLibrary.find((format) => format.definition === definition)?.sample ?? '',
  }
}

/** The settings of a debug node that shows in the sidebar what `complete` names. */
export function shown(name: string, complete: string): object {
  return { ...debugNode(name), active: true, complete }
}

export function comment(
  onCanvas: OnCanvas,
  nodeId: string,
  x: number,
  y: number,
  name: string,
  info: string,
): FlowNode {
  return onCanvas(nodeId, 'comment', x, y, [], { name, info })
}

export function tabNode(nodeId: string, label: string, info: string): FlowNode {
  return { id: nodeId, type: 'tab', label, disabled: false, info, env: [] }
}
