/**
 * Makes mutants of a source: copies with one small mistake each, such as `<` for `<=`. A test suite that lets one live
 * does not look at that place. Pure: text in, a list of replacements out.
 *
 * Types, imports, texts and comments are left alone: a mistake there either does not compile or changes nothing.
 */
import { parse } from "npm:@babel/parser@8.1.2";

/** One small mistake. */
export interface Mutant {
  /** Where the replaced text begins, in UTF-16 code units. */
  readonly start: number;
  /** Where it ends, exclusive. */
  readonly end: number;
  readonly replacement: string;
  /** Line of the source, counted from 1. */
  readonly line: number;
  /** What was done, such as "`<` to `<=`". */
  readonly change: string;
}

/** Mutants of one line, or of lines that look the same, which change nothing that can be told. */
export interface Equivalent {
  /** File that they are in. */
  readonly file: string;
  /** The line, without its indentation. */
  readonly at: readonly string[];
  /** What was done there, as {@linkcode Mutant.change} says it; all when absent. */
  readonly changes?: readonly string[];
  /** Why nothing can tell. */
  readonly reason: string;
}

/** A node of the syntax tree, as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly loc: { readonly start: { readonly line: number } };
  readonly [key: string]: unknown;
}

/** For each operator those that take its place. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "|=": ["&="],
  "&=": ["|="],
  "++": ["--"],
  "--": ["++"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "??=": ["&&="],
};

/** Nodes whose value is changed inside of them: they need no change as a whole. */
const CHANGED_INSIDE = new Set([
  "BooleanLiteral",
  "NumericLiteral",
  "LogicalExpression",
  "ConditionalExpression",
  "UpdateExpression",
]);

/** What only wraps an expression. */
const WRAPPERS = new Set(["TSAsExpression", "TSNonNullExpression", "TSSatisfiesExpression", "AwaitExpression"]);

/** Returns all mutants of a TypeScript source, in the order of their places. */
export function mutantsOf(source: string): Mutant[] {
  return collected(source, (node) => {
    switch (node.type) {
      case "BinaryExpression":
      case "AssignmentExpression":
        return operatorMutants(source, node);
      case "LogicalExpression":
        return logicalMutants(source, node);
      case "UpdateExpression":
        return [swapped(node, source, node.operator as string, node.operator === "++" ? "--" : "++")];
      case "UnaryExpression":
        return unaryMutants(source, node);
      case "BooleanLiteral":
        return [replaced(node, String(!node.value), source)];
      case "NumericLiteral":
        return [replaced(node, String(node.value as number + 1), source)];
      case "IfStatement":
      case "ConditionalExpression":
      case "WhileStatement":
        return conditionMutants(source, node.test as Node);
      case "ReturnStatement":
        return returnMutants(source, node);
      case "ThrowStatement":
        return [replaced(node, ";", source)];
      case "ArrowFunctionExpression": {
        const body = node.body as Node;
        return body.type === "BlockStatement" ? [] : valueMutants(source, body);
      }
    }
    return [];
  });
}

/** Names of constants and defaults that bound something. */
const LIMIT_NAME = /(?:_MAX|(?<!_PER)_MS|_ATTEMPTS|_KEPT|Max|Ms)$/;

/** Longest time that a timer takes, 24 days: one that is longer, or `Infinity`, rings at once. */
const NEVER_MS = "2_147_483_647";

/**
 * Returns the mutants of a source in which one limit or deadline is missing: `Infinity` stands in its place, or a time
 * that nobody waits for.
 *
 * @param limits names of the members of `Limits`
 */
export function limitMutantsOf(source: string, limits: readonly string[]): Mutant[] {
  const missing = (node: Node, name: string): Mutant => ({
    ...replaced(node, absent(name), source),
    change: `${name} is missing`,
  });
  return collected(source, (node) => {
    if (node.type === "MemberExpression") {
      const object = node.object as Node, name = (node.property as Node).name as string;
      const isLimit = limits.includes(name) && /\blimits$/.test(source.slice(object.start, object.end));
      return isLimit ? [missing(node, name)] : [];
    }
    if (node.type === "VariableDeclarator" && (node.id as Node).type === "ObjectPattern") {
      return unpackedLimits(source, node, limits);
    }
    if (node.type === "LogicalExpression") return defaultLimit(node, missing);
    const [name, value] = node.type === "VariableDeclarator"
      ? [node.id as Node, node.init as Node | null]
      : node.type === "AssignmentPattern"
      ? [node.left as Node, node.right as Node]
      : [undefined, null];
    if (name?.type !== "Identifier" || !LIMIT_NAME.test(name.name as string) || value === null) return [];
    // What begins at 0 counts up to a limit, and is none.
    if (value.type === "NumericLiteral") return value.value === 0 ? [] : [missing(value, name.name as string)];
    if (value.type !== "ObjectExpression") return [];
    const members = (value.properties as Node[]).filter((it) =>
      (it.value as Node | undefined)?.type === "NumericLiteral"
    );
    return members.map((it) => missing(it.value as Node, `${name.name}.${(it.key as Node).name}`));
  });
}

/** As in `options.sizeMax ?? 100`. */
function defaultLimit({ operator, left, right }: Node, missing: (node: Node, name: string) => Mutant): Mutant[] {
  const name = ((left as Node).property as Node | undefined)?.name as string | undefined;
  const isLimit = operator === "??" && name !== undefined && LIMIT_NAME.test(name);
  return isLimit && (right as Node).type === "NumericLiteral" ? [missing(right as Node, name)] : [];
}

function absent(name: string): string {
  return /(?:_MS|Ms)(?:\.|$)/.test(name) ? NEVER_MS : "Infinity";
}

/** As in `const { idleMs } = limits`. */
function unpackedLimits(source: string, { id, init }: Node, limits: readonly string[]): Mutant[] {
  const from = init as Node | null;
  if (from === null || !/\blimits$/.test(source.slice(from.start, from.end))) return [];
  const names = ((id as Node).properties as Node[]).map((it) => (it.key as Node).name as string);
  return names.filter((name) => limits.includes(name)).map((name) => ({
    ...replaced(from, `({ ...${source.slice(from.start, from.end)}, ${name}: ${absent(name)} })`, source),
    change: `${name} is missing`,
  }));
}

/** Returns a source with one mutant in it. */
export function mutated(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end);
}

/** Throws when a source is none: a mutant that does not parse would count as caught, and prove nothing. */
export function assertParses(source: string): void {
  parsed(source);
}

function parsed(source: string): Node {
  return parse(source, { sourceType: "module", plugins: ["typescript"] }).program as unknown as Node;
}

function collected(source: string, mutantsAt: (node: Node) => Mutant[]): Mutant[] {
  const found: Mutant[] = [];
  const visit = (node: Node): void => {
    if (/^(?:TS(?!AsExpr|NonNull|Satisfies|ParameterProp)|Import|ExportAll)/.test(node.type)) return;
    found.push(...mutantsAt(node));
    for (const child of childrenOf(node)) visit(child);
  };
  visit(parsed(source));
  return found.sort((a, b) => a.start - b.start);
}

function childrenOf(node: Node): Node[] {
  const children = Object.entries(node).flatMap(([key, value]) => {
    // A literal that is a name or an index that is written out has no value of its own.
    const isName = key === "key" && node.computed !== true;
    return isName || key === "loc" || key === "extra" ? [] : value;
  });
  return children.filter((it): it is Node => typeof it === "object" && it !== null && "type" in it && "start" in it);
}

function replaced(node: Node, replacement: string, source: string): Mutant {
  const { start, end, loc } = node;
  return { start, end, replacement, line: loc.start.line, change: `\`${shown(source, node)}\` to \`${replacement}\`` };
}

function shown(source: string, { start, end }: Node): string {
  const text = source.slice(start, end).replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** Puts one operator for another; nothing but white space and parentheses lies round it. */
function swapped(node: Node, source: string, operator: string, other: string): Mutant {
  const from = (node.left as Node | undefined)?.end ?? node.start, start = source.indexOf(operator, from);
  const line = node.loc.start.line + source.slice(node.start, start).split("\n").length - 1;
  return {
    ...{ start, end: start + operator.length, replacement: other, line },
    change: `\`${shown(source, node)}\`: \`${operator}\` to \`${other}\``,
  };
}

function operatorMutants(source: string, node: Node): Mutant[] {
  const operator = node.operator as string;
  const isText = [node.left, node.right].some((side) => isTextual(side as Node));
  if (isText && (operator === "+" || operator === "+=")) return [];
  return (OPERATORS[operator] ?? []).map((other) => swapped(node, source, operator, other));
}

function isTextual(node: Node): boolean {
  if (node.type === "StringLiteral" || node.type === "TemplateLiteral") return true;
  return node.type === "BinaryExpression" && node.operator === "+" &&
    (isTextual(node.left as Node) || isTextual(node.right as Node));
}

/** In parentheses: `??` may not stand beside the others without. */
function logicalMutants(source: string, node: Node): Mutant[] {
  const left = node.left as Node, right = node.right as Node, operator = node.operator as string;
  const text = ({ start, end }: Node) => source.slice(start, end);
  return OPERATORS[operator].map((other) => ({
    ...replaced(node, `((${text(left)}) ${other} (${text(right)}))`, source),
    change: `\`${shown(source, node)}\`: \`${operator}\` to \`${other}\``,
  }));
}

function unaryMutants(source: string, node: Node): Mutant[] {
  const argument = node.argument as Node, text = source.slice(argument.start, argument.end);
  const isFlipped = node.operator === "!" || node.operator === "~" ||
    node.operator === "-" && argument.type !== "NumericLiteral";
  return isFlipped ? [replaced(node, `(${text})`, source)] : [];
}

function conditionMutants(source: string, test: Node): Mutant[] {
  return isChangedInside(test) ? [] : [replaced(test, `!(${source.slice(test.start, test.end)})`, source)];
}

function isChangedInside(node: Node): boolean {
  if (CHANGED_INSIDE.has(node.type)) return true;
  if (node.type === "UnaryExpression") return node.operator === "!";
  return node.type === "BinaryExpression" && /^(?:[<>]=?|[!=]==)$/.test(node.operator as string);
}

function returnMutants(source: string, node: Node): Mutant[] {
  const argument = node.argument as Node | null;
  const isEmpty = argument === null || argument.type === "Identifier" && argument.name === "undefined";
  return isEmpty ? [replaced(node, ";", source)] : valueMutants(source, argument);
}

function valueMutants(source: string, node: Node): Mutant[] {
  let inner = node;
  while (WRAPPERS.has(inner.type)) inner = (inner.expression ?? inner.argument) as Node;
  const isNothing = inner.type === "Identifier" && inner.name === "undefined";
  if (isNothing || isChangedInside(inner)) return [];
  return [{ ...replaced(node, "undefined", source), change: `\`${shown(source, node)}\` to nothing` }];
}
