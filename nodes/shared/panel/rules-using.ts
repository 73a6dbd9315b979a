// Which rules of the workspace would lose a field that they look at, for a panel in which fields are renamed.
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { faultRows } from '../../../lib/migrate/label.ts'
import { nameOf } from '../../../lib/predicates/model/name.ts'
import { completeRow, type PredicateRow } from '../../../lib/predicates/model/row.ts'
import { fieldsOf } from '../../../lib/predicates/rule-trial.ts'

/** A rule, and a field that it looks at. */
export interface RuleUse {
  rule: string
  field: string
  /** the label node's name, or what it is */
  node: string
}

type Fields = Pick<FormatDefinition, 'type' | 'fields'>

/**
 * The rules of all label nodes as they stand in the editor, deployed or not, that look at a field which the events of a
 * format's type would have no more.
 * @param after the format as it will be; @param others all others that there are
 */
export function rulesLosing(before: Fields, after: Fields, others: readonly Fields[]): RuleUse[] {
  const uses: RuleUse[] = []
  RED.nodes.eachNode((node) => {
    if (node.type !== 'fieldlog-label') return
    const predicates = faultRows(node.predicates)
    for (const given of Array.isArray(predicates) ? (predicates as Array<Partial<PredicateRow>>) : []) {
      const row = completeRow(given)
      const isFor = ({ type }: Fields) => row.types.length === 0 || row.types.includes(type)
      const still = [after, ...others.filter(({ type }) => type === before.type)].filter(isFor)
      for (const field of isFor(before) ? fieldsOf(row) : []) {
        if (!hasField(before, field) || still.some((format) => hasField(format, field))) continue
        uses.push({ rule: nameOf(row), field, node: node.name || 'label' })
      }
    }
  })
  return uses
}

function hasField({ fields }: Fields, field: string): boolean {
  return fields.some(({ name, hidden }) => name === field && !hidden)
}
