import * as check from "./arguments.js";
import { malformed, ZkPassError } from "./errors.js";
import { readLimited } from "./http.js";

/** A JSON Web Key (RFC 7517). */
export type JWK = JsonWebKey & { kid?: string };
/** A JSON Web Key Set (RFC 7517). */
export interface JWKS {
  keys: JWK[];
}

export interface KeySetsOptions {
  /** Hosts that key sets are fetched from, with the port if it is not that of https: "op.example", "localhost:8443". */
  hosts: string[];
  fetch?: typeof fetch;
}

interface Kept {
  set: JWKS;
  expires: number;
  stale: number;
  looked: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;
const maxKept = 256;

/**
 * Key sets by their URL, fetched from hosts that are allowed: at most 64 KiB within 5 seconds,
 * no redirects. A set is kept as long as its Cache-Control says, within a minute and
 * 24 hours, and up to 24 hours longer while it cannot be fetched anew; a key that is not in it
 * has it fetched again, at most once a minute.
 *
 * Requests come from strangers. In Node, do not allow hosts that might resolve to addresses
 * inside your network.
 */
export class KeySets {
  private readonly hosts: Set<string>;
  private readonly fetch: typeof fetch;
  private readonly kept = new Map<string, Kept>();
  private readonly underway = new Map<string, Promise<JWKS>>();

  constructor(options: KeySetsOptions) {
    const given = check.options("options", options, ["hosts", "fetch"]);
    if (!Array.isArray(given.hosts) || given.hosts.some((host) => typeof host !== "string")) throw malformed("hosts: want a list of texts");
    this.hosts = new Set(given.hosts.map((host) => host.toLowerCase()));
    this.fetch = check.callback("fetch", given.fetch) ?? ((...args) => fetch(...args));
  }

  /** The key set at a URL; one that is not older than a minute if it is to be fresh. */
  async get(url: string, fresh = false): Promise<JWKS> {
    const address = this.allowed(url);
    const kept = this.kept.get(address);
    const now = Date.now();
    if (kept && now < kept.expires && (!fresh || now < kept.looked + minute)) return kept.set;
    if (kept && fresh) kept.looked = now;
    let fetching = this.underway.get(address);
    if (!fetching) {
      fetching = this.refresh(address, now).finally(() => this.underway.delete(address));
      this.underway.set(address, fetching);
    }
    try {
      return await fetching;
    } catch (error) {
      if (kept && now < kept.stale) return kept.set;
      throw error;
    }
  }

  private allowed(url: string): string {
    const u = serverURL("key set URL", url, "keys");
    u.hash = "";
    if (!this.hosts.has(u.host)) throw new ZkPassError("keys", `key sets are not fetched from ${u.host}; allow the host if it is to be trusted`);
    return u.href;
  }

  private async refresh(address: string, now: number): Promise<JWKS> {
    let response: Response;
    let set: JWKS;
    try {
      response = await this.fetch(address, {
        headers: { Accept: "application/jwk-set+json, application/json" }, redirect: "error", credentials: "omit", signal: AbortSignal.timeout(5_000),
      });
      if (response.status !== 200) throw new Error(`the server answered with status ${response.status}`);
      set = JSON.parse(await readLimited(response, 64 << 10));
      if (!Array.isArray(set?.keys)) throw new Error("no key set");
    } catch (cause) {
      throw new ZkPassError("cannot-tell", `the key set at ${new URL(address).host} cannot be fetched`, { cause });
    }
    const { age, stale } = cacheTimes(response.headers);
    if (this.kept.size >= maxKept && !this.kept.has(address)) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(address, { set, expires: now + age, stale: now + age + stale, looked: now });
    return set;
  }
}

/** A URL of a server: https, or http to a loopback host, without user name. */
export function serverURL(name: string, url: unknown, code: "malformed" | "keys" = "malformed"): URL {
  let u: URL;
  try {
    u = new URL(check.text(name, url, 2048), (globalThis as { location?: { href: string } }).location?.href);
  } catch {
    throw new ZkPassError(code, `${name}: want an absolute URL`);
  }
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(u.hostname);
  if ((u.protocol !== "https:" && !(u.protocol === "http:" && loopback)) || u.username || u.password) {
    throw new ZkPassError(code, `${name}: want https (http for a loopback host only), without user name`);
  }
  return u;
}

/** How long an answer is used, by Cache-Control and Age (RFC 9111), and how much longer if there is no newer one (RFC 5861). */
export function cacheTimes(headers: Headers): { age: number; stale: number } {
  let age = 5 * minute;
  let stale = day;
  for (const directive of (headers.get("Cache-Control") ?? "").toLowerCase().split(",")) {
    const [name, value = ""] = directive.trim().split("=");
    const delta = Number.parseInt(value.replace(/"/g, ""), 10) * 1000;
    if (name === "no-store" || name === "no-cache") age = 0;
    else if (name === "max-age" && delta >= 0 && age > 0) age = delta;
    else if (name === "stale-if-error" && delta >= 0) stale = Math.min(delta, day);
  }
  const spent = Number.parseInt(headers.get("Age") ?? "", 10) * 1000;
  if (spent > 0) age -= spent;
  return { age: Math.min(Math.max(age, minute), day), stale };
}

/** Key sets as functions take them: those that are fetched, or some at hand by their URL. */
export type KeySetSource = KeySets | Record<string, JWKS>;

/** Answers for the code in WebAssembly. */
export function keySetAnswer(source: KeySetSource | undefined): ((args: { url: string; fresh: boolean }) => unknown) | undefined {
  if (source === undefined) return undefined;
  if (source instanceof KeySets) return ({ url, fresh }) => source.get(url, fresh);
  const sets = check.object("keySets", source) as Record<string, JWKS>;
  return ({ url }) => {
    if (!Object.hasOwn(sets, url)) throw new ZkPassError("keys", "no key set is at hand for the URL that the request names");
    return sets[url];
  };
}
