import { malformed, ZkPassError } from "./errors.js";

// Checks of arguments before anything else is done with them: callers in JavaScript
// have no compiler that does.

const million = 1 << 20;

/** Limits on texts in UTF-16 units, above those that the checks in Go are for. */
export const limits = { proof: 16 * million, request: million, token: million, query: million } as const;

export function text(name: string, value: unknown, limit: number = million): string {
  if (typeof value !== "string" || value === "") throw malformed(`${name}: want a text that is not empty`);
  if (value.length > limit) throw new ZkPassError("too-large", `${name}: ${value.length} characters, at most ${limit} are accepted`);
  return value;
}

export function optionalText(name: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : text(name, value);
}

/** The members of an options object; an unknown one is a mistake worth knowing. */
export function options<T extends object>(name: string, value: T | undefined, known: readonly string[]): Partial<T> {
  if (value === undefined) return {};
  const members = object(name, value);
  for (const member of Object.keys(members)) {
    if (!known.includes(member)) throw malformed(`${name}: unknown member ${JSON.stringify(member.slice(0, 40))}, known are ${known.join(", ")}`);
  }
  return members as Partial<T>;
}

export function object(name: string, value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed(`${name}: want an object`);
  return value as Record<string, unknown>;
}

export function flag(name: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== "boolean") throw malformed(`${name}: want true or false`);
  return value ?? false;
}

export function seconds(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) throw malformed(`${name}: want a whole number of seconds`);
  return value;
}

/** A time in Unix seconds. */
export function time(name: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw malformed(`${name}: want a Date`);
  return Math.floor(value.getTime() / 1000);
}

export function callback<T>(name: string, value: T | undefined): T | undefined {
  if (value !== undefined && typeof value !== "function") throw malformed(`${name}: want a function`);
  return value;
}

export function signalOf(value: unknown): AbortSignal | undefined {
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof AbortSignal)) throw malformed("signal: want an AbortSignal");
  return value;
}

/** User data tokens by tag. A single token stands for that of the only document. */
export function tokensOf(value: unknown): Record<string, string> {
  if (typeof value === "string") return { "": text("tokens", value, limits.token) };
  const tokens: Record<string, string> = {};
  for (const [tag, token] of Object.entries(object("tokens", value))) {
    if (Object.keys(tokens).length === 4) throw malformed("tokens: more than 4");
    tokens[tag] = text(`tokens: ${JSON.stringify(tag.slice(0, 40))}`, token, limits.token);
  }
  return tokens;
}

/** JSON of an object that callers may also give as its text. */
export function json(name: string, value: unknown, limit: number = million): unknown {
  if (typeof value !== "string") {
    try {
      if (JSON.stringify(value).length > limit) throw new ZkPassError("too-large", `${name}: more than ${limit} characters`);
    } catch (cause) {
      if (cause instanceof ZkPassError) throw cause;
      throw malformed(`${name}: want what JSON can say`);
    }
    return value;
  }
  try {
    return JSON.parse(text(name, value, limit));
  } catch (cause) {
    if (cause instanceof ZkPassError) throw cause;
    throw malformed(`${name}: want JSON`);
  }
}

/** The text of a query that may be given as JSON itself. */
export function queryText(value: unknown): string {
  if (typeof value === "string") return text("query", value, limits.query);
  return JSON.stringify(json("query", object2("query", value), limits.query));
}

function object2(name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) throw malformed(`${name}: want a query, as JSON or its text`);
  return value;
}
