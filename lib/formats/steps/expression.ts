// Users' expressions (CEL) over the fields of one event. They can refer to the names that they are compiled for, and
// to nothing else (docs/decisions/006-cel-and-re2.md).
import { type ASTNode, Environment } from '@marcbachmann/cel-js'
import type { Scalar } from '../../event.ts'
import { matchesPattern } from '../../options/pattern.ts'
import { Failure } from '../model/failure.ts'
import { compileArithmetic, type Numbers } from './arithmetic.ts'

/** A compiled expression. */
export interface Expression {
  /** the names among those given that it refers to */
  names: string[]
  /**
   * Its value. `scope` holds each name it was compiled for as a property of its own; null where there is no value.
   * What is no finite number, boolean, string or null, and whatever goes wrong, is a Failure.
   */
  evaluate(scope: Readonly<Record<string, Scalar>>): Scalar | Failure
}

/** The expression cannot be compiled; `message` says why, in words. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

const arithmetic = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
  '%': (a: number, b: number) => a % b,
}

/** operators that may leave out an operand */
const lenient = new Set(['||', '&&', '?:'])

const base = createBase()

/**
 * Compiles a CEL expression over these names. Numbers of the events are CEL doubles, and may be mixed with
 * integers as in `x / 2`. Beside CEL's own functions there are abs, ceil, exp, floor, log, log10, max, min, pow,
 * round, sqrt. `matches` is RE2's, in linear time. Throws an ExpressionError.
 */
export function compileExpression(text: string, names: readonly string[]): Expression {
  const environment = base.clone()
  try {
    for (const name of names) if (!isTypeName(name)) environment.registerVariable(name, 'dyn')
    const program = environment.parse(text)
    const shape = examine(program.ast, new Set(names))
    const checked = program.check()
    if (!checked.valid) throw checked.error
    return new CelExpression(program, shape, compileArithmetic(program.ast, shape.names))
  } catch (error) {
    throw new ExpressionError(summary(error))
  }
}

interface Shape {
  names: Set<string>
  /** it needs all of its names: nothing in it can do without one */
  strict: boolean
}

class CelExpression implements Expression {
  readonly names: string[]
  readonly #program: (scope: object) => unknown
  readonly #strict: boolean
  /** for scopes that hold nothing but numbers */
  readonly #calculate: ((numbers: Numbers) => number | boolean) | undefined

  constructor(
    program: (scope: object) => unknown,
    shape: Shape,
    calculate: ((numbers: Numbers) => number | boolean) | undefined,
  ) {
    this.names = [...shape.names]
    this.#program = program
    this.#strict = shape.strict
    this.#calculate = calculate
  }

  evaluate(scope: Readonly<Record<string, Scalar>>): Scalar | Failure {
    if (this.#calculate !== undefined && this.#areNumbers(scope)) return asScalar(this.#calculate(scope))
    // What an exception costs is saved for the usual case, a field that is not there.
    if (this.#strict) {
      for (const name of this.names) if (scope[name] === null) return new Failure(`${name} is missing`)
    }
    try {
      return asScalar(this.#program(scope))
    } catch (error) {
      return new Failure(summary(error))
    }
  }

  #areNumbers(scope: Readonly<Record<string, Scalar>>): boolean {
    for (const name of this.names) if (typeof scope[name] !== 'number') return false
    return true
  }
}

function asScalar(value: unknown): Scalar | Failure {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : new Failure(`the result is ${value}`)
    case 'bigint':
      return Number(value)
    case 'boolean':
    case 'string':
      return value
    default:
      return value === null ? null : new Failure('the result is no number, text or boolean')
  }
}

/** What the expression refers to; redirects `matches`, which is JavaScript's and exponential, to ours. */
function examine(ast: ASTNode, names: ReadonlySet<string>): Shape {
  const shape: Shape = { names: new Set(), strict: true }
  walk(ast, (node, bound) => {
    if (isName(node) && names.has(node.args) && !bound.has(node.args)) shape.names.add(node.args)
    if (lenient.has(node.op) || (node.op === 'value' && node.args === null)) shape.strict = false
    if (node.op === 'rcall' && node.args[0] === 'matches') {
      ;(node.args as unknown[])[0] = 'matchesRe2'
    }
  })
  return shape
}

/**
 * The names that an expression takes from outside, whatever they are: not texts, functions, what stands after a dot,
 * types, nor the variables of its macros (`x` in `[1, 2].exists(x, x == mode)`). None for a text that is no expression.
 */
export function freeNames(text: string): string[] {
  const found = new Set<string>()
  try {
    walk(base.parse(text).ast, (node, bound) => {
      if (isName(node) && !bound.has(node.args) && !isTypeName(node.args)) found.add(node.args)
    })
  } catch {
    return []
  }
  return [...found]
}

/** `int`, `string` …, as in `type(x) == int`: CEL's own, even where a field is called so. */
function isTypeName(name: string): boolean {
  return base.hasVariable(name)
}

/** These give a name to each item of a list, or key of a map, and are evaluated with it. */
const macros = new Set(['all', 'exists', 'exists_one', 'filter', 'map'])
const nothing: ReadonlySet<string> = new Set()

/** Visits the nodes of an expression, each with the names that macros around it have given. */
function walk(
  part: unknown,
  visit: (node: ASTNode, bound: ReadonlySet<string>) => void,
  bound = nothing,
): void {
  if (Array.isArray(part)) for (const each of part) walk(each, visit, bound)
  if (!isNode(part)) return
  visit(part, bound)
  const macro = part.op === 'rcall' ? macroOf(part.args) : undefined
  if (macro === undefined) {
    walk(part.args, visit, bound)
    return
  }
  walk(macro.outside, visit, bound)
  walk(macro.body, visit, new Set([...bound, macro.variable]))
}

interface Macro {
  variable: string
  /** evaluated without the variable */
  outside: ASTNode
  /** evaluated with it */
  body: ASTNode[]
}

/** A call that gives a variable to its arguments; undefined for any other. */
function macroOf([name, receiver, args]: readonly unknown[]): Macro | undefined {
  const [variable, second, ...rest] = args as ASTNode[]
  if (!isNode(receiver) || variable === undefined || second === undefined || !isName(variable))
    return undefined
  if (macros.has(String(name))) return { variable: variable.args, outside: receiver, body: [second, ...rest] }
  // `cel` is no field there: cel.bind(x, value, body)
  if (name !== 'bind' || !isName(receiver) || receiver.args !== 'cel') return undefined
  return { variable: variable.args, outside: second, body: rest }
}

function isName(node: ASTNode): node is ASTNode & { op: 'id'; args: string } {
  return node.op === 'id'
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}

function summary(error: unknown): string {
  const own = (error as { summary?: unknown } | null)?.summary
  if (typeof own === 'string') return own
  return String((error as { message?: unknown } | null)?.message ?? error).split('\n', 1)[0] as string
}

function createBase(): Environment {
  const environment = new Environment({ unlistedVariablesAreDyn: false })
  environment.registerFunction('string.matchesRe2(string): bool', matchesPattern)
  for (const [operator, apply] of Object.entries(arithmetic)) {
    environment.registerOperator(`double ${operator} int: double`, (a: number, b: bigint) =>
      apply(a, Number(b)),
    )
    environment.registerOperator(`int ${operator} double: double`, (a: bigint, b: number) =>
      apply(Number(a), b),
    )
  }
  environment.registerOperator('double % double', arithmetic['%'])
  for (const name of ['abs', 'ceil', 'exp', 'floor', 'log', 'log10', 'round', 'sqrt'] as const) {
    const apply = (x: number | bigint) => Math[name](Number(x))
    for (const type of ['double', 'int']) environment.registerFunction(`${name}(${type}): double`, apply)
  }
  for (const name of ['max', 'min', 'pow'] as const) {
    const apply = (a: number | bigint, b: number | bigint) => Math[name](Number(a), Number(b))
    for (const types of ['double, double', 'double, int', 'int, double', 'int, int']) {
      environment.registerFunction(`${name}(${types}): double`, apply)
    }
  }
  return environment
}
