// Compiles expressions that only calculate with numbers to plain functions, which are several times as fast as CEL's
// evaluator and give the same results. All other expressions are left to CEL.
import type { ASTNode } from '@marcbachmann/cel-js'

/** The values of the expression's names, all of them numbers. */
export type Numbers = Readonly<Record<string, unknown>>

type Run<Value> = (numbers: Numbers) => Value

/** A part of an expression with what CEL would take it for: names are doubles, literals what they look like. */
type Part =
  | { type: 'double'; run: Run<number> }
  | { type: 'int'; run: Run<number> }
  | { type: 'bool'; run: Run<boolean> }

const calculations: Readonly<Record<string, (a: Run<number>, b: Run<number>) => Run<number>>> = {
  '+': (a, b) => (numbers) => a(numbers) + b(numbers),
  '-': (a, b) => (numbers) => a(numbers) - b(numbers),
  '*': (a, b) => (numbers) => a(numbers) * b(numbers),
  '/': (a, b) => (numbers) => a(numbers) / b(numbers),
  '%': (a, b) => (numbers) => a(numbers) % b(numbers),
}

const comparisons: Readonly<Record<string, (a: Run<number>, b: Run<number>) => Run<boolean>>> = {
  '<': (a, b) => (numbers) => a(numbers) < b(numbers),
  '<=': (a, b) => (numbers) => a(numbers) <= b(numbers),
  '>': (a, b) => (numbers) => a(numbers) > b(numbers),
  '>=': (a, b) => (numbers) => a(numbers) >= b(numbers),
  '==': (a, b) => (numbers) => a(numbers) === b(numbers),
  '!=': (a, b) => (numbers) => a(numbers) !== b(numbers),
}

const functions: ReadonlyMap<string, (...values: number[]) => number> = new Map(
  (['abs', 'ceil', 'exp', 'floor', 'log', 'log10', 'round', 'sqrt', 'max', 'min', 'pow'] as const).map(
    (name) => [name, Math[name] as (...values: number[]) => number],
  ),
)

/**
 * The expression as a function of numbers, true for "the result is what CEL says" wherever all names are numbers;
 * undefined where it does anything else: texts, null, lists, or whole numbers that are calculated with each other.
 */
export function compileArithmetic(
  ast: ASTNode,
  names: ReadonlySet<string>,
): Run<number | boolean> | undefined {
  return part(ast, names)?.run
}

function part(node: ASTNode, names: ReadonlySet<string>): Part | undefined {
  switch (node.op) {
    case 'value':
      return literal(node.args)
    case 'id':
      return names.has(node.args) ? double(read(node.args)) : undefined
    case 'call':
      return called(node.args[0], node.args[1], names)
    case '-_': {
      const operand = part(node.args, names)
      if (operand?.type !== 'double') return undefined
      const { run } = operand
      return double((numbers) => -run(numbers))
    }
    case '!_': {
      const operand = part(node.args, names)
      if (operand?.type !== 'bool') return undefined
      const { run } = operand
      return bool((numbers) => !run(numbers))
    }
    case '?:':
      return chosen(node.args, names)
    case '&&':
    case '||':
      return joined(node.op, node.args, names)
    default:
      return binary(node.op, node.args, names)
  }
}

function literal(value: unknown): Part | undefined {
  if (typeof value === 'number') return double(() => value)
  if (typeof value === 'boolean') return bool(() => value)
  const whole = typeof value === 'bigint' ? Number(value) : Number.NaN
  return Number.isSafeInteger(whole) ? { type: 'int', run: () => whole } : undefined
}

function read(name: string): Run<number> {
  return (numbers) => numbers[name] as number
}

function called(name: unknown, args: ASTNode[], names: ReadonlySet<string>): Part | undefined {
  const apply = functions.get(String(name))
  const parts = args.map((arg) => part(arg, names))
  const [a, b] = parts.map((each) => (each === undefined || each.type === 'bool' ? undefined : each.run))
  if (apply === undefined || a === undefined) return undefined
  if (parts.length === 1) return double((numbers) => apply(a(numbers)))
  if (parts.length !== 2 || b === undefined) return undefined
  return double((numbers) => apply(a(numbers), b(numbers)))
}

function chosen([test, yes, no]: readonly ASTNode[], names: ReadonlySet<string>): Part | undefined {
  const [condition, a, b] = [test, yes, no].map((node) => node && part(node, names))
  if (condition?.type !== 'bool' || a === undefined || b === undefined || a.type !== b.type) return undefined
  const { run } = condition
  const [runA, runB] = [a.run, b.run] as [Run<number>, Run<number>]
  return { type: a.type, run: (numbers: Numbers) => (run(numbers) ? runA(numbers) : runB(numbers)) } as Part
}

function joined(op: '&&' | '||', args: readonly ASTNode[], names: ReadonlySet<string>): Part | undefined {
  const [a, b] = args.map((node) => part(node, names))
  if (a?.type !== 'bool' || b?.type !== 'bool') return undefined
  const [runA, runB] = [a.run, b.run]
  return op === '&&'
    ? bool((numbers) => runA(numbers) && runB(numbers))
    : bool((numbers) => runA(numbers) || runB(numbers))
}

function binary(op: string, args: unknown, names: ReadonlySet<string>): Part | undefined {
  if (!Array.isArray(args) || args.length !== 2) return undefined
  const isCalculation = Object.hasOwn(calculations, op)
  if (!isCalculation && !Object.hasOwn(comparisons, op)) return undefined
  const [a, b] = (args as ASTNode[]).map((node) => part(node, names))
  if (a === undefined || b === undefined || a.type === 'bool' || b.type === 'bool') return undefined
  // whole numbers among themselves are CEL's own: 7 / 2 is 3, and what is too great is an error
  if (a.type === 'int' && b.type === 'int') return undefined
  return isCalculation
    ? double((calculations[op] as (typeof calculations)['+'])(a.run, b.run))
    : bool((comparisons[op] as (typeof comparisons)['<'])(a.run, b.run))
}

function double(run: Run<number>): Part {
  return { type: 'double', run }
}

function bool(run: Run<boolean>): Part {
  return { type: 'bool', run }
}
