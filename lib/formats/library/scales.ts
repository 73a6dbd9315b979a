// Scales on a serial port. An overload is no weight: such lines are not taken.
import type { FieldDefinition, FormatDefinition } from '../model/definition.ts'

const weight: FieldDefinition = { name: 'weight', type: 'number', unit: 'g' }

/** `ST,+00012.34  g` is stable, `US,+00012.30  g` is not. */
export const scaleAnd: FormatDefinition = {
  type: 'scale',
  name: 'A&D scales',
  decoder: { kind: 'pattern', pattern: '^(?P<state>ST|US),(?P<weight>[+-] *[0-9.]+ *[A-Za-z]+) *$' },
  fields: [weight, { name: 'stable', from: 'state', type: 'boolean', map: { ST: true, US: false } }],
}

/** MT-SICS: `S S     12.340 g` is stable, `S D     12.335 g` is not. */
export const scaleMettler: FormatDefinition = {
  type: 'scale-mettler',
  name: 'Mettler-Toledo scales (MT-SICS)',
  decoder: { kind: 'pattern', pattern: '^S (?P<state>[SD]) +(?P<weight>[+-]? *[0-9.]+ *[A-Za-z]+) *$' },
  fields: [weight, { name: 'stable', from: 'state', type: 'boolean', map: { S: true, D: false } }],
}
