import type { SigningAlgorithm } from "../directory/entities.ts";
import { ACCESS_TOKEN_SECONDS } from "../directory/lifetimes.ts";
import { signingKeyOf } from "../directory/signing-algorithms.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { RELOAD_AFTER, SERVED_AFTER } from "../oauth/tokens/key-ring.ts";
import type { StoredKey } from "../storage/store.ts";
import { type Actor, auditRecord, type OperatorContext } from "./admin-context.ts";

const DAY = 24 * 60 * 60 * 1000;

/** How long APIs may keep the keys that they have read. Many libraries read them once a day. */
const KNOWN_AFTER = DAY;

/** A key that signs tokens. Times are milliseconds since the epoch. */
export interface SigningKey {
  /** Key ID, as in the header of tokens and in the JWKS. */
  kid: string;
  /** What it signs with. Each algorithm has keys of its own. */
  alg: SigningAlgorithm;
  /** `next`: published, and signs later. `signing`: signs now. `previous`: published only. `retired`: not published. */
  state: "next" | "signing" | "previous" | "retired";
  /** When it was created and published. */
  createdAt: number;
  /** When it starts to sign. */
  activatesAt: number;
  /** When it stops being published; null if that is not decided yet. */
  retiresAt: number | null;
}

/** The keys that sign tokens. A new one takes over every 90 days without any action. */
export interface SigningKeyAdmin {
  /** Lists the keys of each algorithm in the order in which they sign, including retired ones. */
  list(): Promise<SigningKey[]>;
  /**
   * Lets the next key sign sooner. By default, as soon as every API that reads keys once a day knows it: 24 hours after
   * it was published, but at least two minutes from now. The current key stays published for a day after that.
   * @param options.now the next key signs at once; nodes notice within a minute
   * @param options.alg whose key; default: RS256
   * @param options.kid only this key, if it is still the next one; if it signs already, nothing changes
   * @throws TenantError `key_unknown` for an algorithm that no app and no API uses, and for an unknown `kid`
   */
  rotate(options?: { now?: boolean; alg?: SigningAlgorithm; kid?: string }): Promise<SigningKey>;
  /**
   * Stops publishing a key when the last token that it signed has expired.
   * @param options.now at once: tokens that it signed are refused. Nodes notice within a minute, APIs when they read the
   * keys again (`@doorcode/guard`: within ten minutes)
   * @throws TenantError `key_unknown`, `key_in_use` for the key that signs
   */
  retire(kid: string, options?: { now?: boolean }): Promise<SigningKey>;
}

export function signingKeys(ctx: OperatorContext, by: Actor): SigningKeyAdmin {
  const { keys } = ctx.store;
  const list = async () => statesOf(await keys.list(), ctx.clock.now());
  const listed = async (kid: string) => (await list()).find((key) => key.kid === kid) as SigningKey;

  return {
    list,

    async rotate({ now: atOnce = false, alg = "RS256", kid } = {}) {
      for (let round = 1; ; round++) {
        const now = ctx.clock.now();
        const activatesAt = ({ createdAt }: StoredKey) =>
          atOnce ? now : Math.max(now + 2 * RELOAD_AFTER, createdAt + KNOWN_AFTER);
        const audit = auditRecord(by, now, "signing_key.rotated", { now: atOnce });
        const result = await keys.promote(alg, now, activatesAt, audit, kid);
        if (result.outcome !== "none") {
          await ctx.signingKeys.reload();
          return listed(result.key.kid);
        }
        if (kid !== undefined) throw keyUnknown("No signing key has this ID.");
        if (round === ROUNDS) throw keyUnknown(`There is no next key for ${alg}.`);
        // Reading the keys creates the next one.
        await ctx.signingKeys.reload();
        await ctx.signingKeys.published();
      }
    },

    async retire(kid, { now: atOnce = false } = {}) {
      const now = ctx.clock.now();
      const retiresAt = (_key: StoredKey, supersededAt: number | null) =>
        atOnce || supersededAt === null
          ? now
          : Math.max(now, supersededAt + RELOAD_AFTER + ACCESS_TOKEN_SECONDS * 1000);
      const audit = auditRecord(by, now, "signing_key.retired", { kid, now: atOnce });
      const result = await keys.retire(kid, now, retiresAt, audit);
      if (result.outcome === "unknown") throw keyUnknown("No signing key has this ID.");
      if (result.outcome === "signing") {
        throw new TenantError(
          "key_in_use",
          "This key signs the tenant's tokens, so it cannot be retired.",
          "Let the next one sign first: doorcode tenant keys rotate --now",
        );
      }
      await ctx.signingKeys.reload();
      return listed(kid);
    },
  };
}

/** Creating a successor and promoting it are two steps, between which another operator may promote it. */
const ROUNDS = 3;

function statesOf(keys: StoredKey[], now: number): SigningKey[] {
  return [...Map.groupBy(keys, ({ alg }) => alg).values()].flatMap((own) => statesOfAlgorithm(own, now));
}

function statesOfAlgorithm(keys: StoredKey[], now: number): SigningKey[] {
  const standing = keys.filter(({ retiresAt }) => retiresAt === null || retiresAt > now);
  const signing = signingKeyOf(standing, now);
  return keys.map(({ kid, alg, createdAt, activatesAt, retiresAt }) => {
    const after = standing[standing.findIndex((each) => each.kid === kid) + 1];
    const superseded = activatesAt <= now && after ? after.activatesAt + SERVED_AFTER : null;
    const ends = retiresAt ?? superseded;
    const isRetired = ends !== null && ends <= now;
    const state = isRetired ? "retired" : kid === signing?.kid ? "signing" : activatesAt > now ? "next" : "previous";
    // A key that signs ends when its successor says so, which may still change.
    return { kid, alg, state, createdAt, activatesAt, retiresAt: state === "signing" ? retiresAt : ends };
  });
}

const keyUnknown = (message: string) => new TenantError("key_unknown", message, "List the keys: doorcode tenant keys");
