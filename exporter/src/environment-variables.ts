import { isScalar, parse, visit, type Document, type Scalar } from 'yaml';

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** A variable that is not set, and where. */
export class UnsetVariable extends Error {
  constructor(
    readonly variable: string,
    readonly node: Scalar,
  ) {
    super(`\${${variable}} is not set`);
    this.name = 'UnsetVariable';
  }
}

/**
 * Puts environment variables in place of `${NAME}` and `${NAME:-otherwise}` in a document's values; an unquoted value
 * may become a number so.
 * @throws UnsetVariable
 */
export function substituteVariables(document: Document, environment: Environment): void {
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || !isScalar(node) || typeof node.value !== 'string') return;
      const text = node.value.replaceAll(REFERENCE, (_, name: string, otherwise?: string) => {
        const value = environment[name] || otherwise;
        if (value === undefined) throw new UnsetVariable(name, node);
        return value;
      });
      if (text === node.value) return;
      node.value = node.type === 'PLAIN' ? plainValue(text) : text;
    },
  });
}

function plainValue(text: string): unknown {
  const value: unknown = parse(text);
  return typeof value === 'object' ? text : value;
}
