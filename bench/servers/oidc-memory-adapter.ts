import type { AdapterPayload } from "./oidc-provider-types.ts";

/**
 * oidc-provider's own memory adapter keeps the last 1,000 records only, so that a bench of thousands of codes would
 * measure misses; this one keeps all, and does no more than that.
 */
export function memoryAdapter() {
  const records = new Map<string, AdapterPayload>();
  const byUserCode = new Map<string, string>();
  const byGrant = new Map<string, Set<string>>();
  return {
    async upsert(id: string, payload: AdapterPayload) {
      records.set(id, payload);
      if (payload.userCode) byUserCode.set(payload.userCode, id);
      if (!payload.grantId) return;
      const members = byGrant.get(payload.grantId) ?? new Set();
      byGrant.set(payload.grantId, members.add(id));
    },
    find: async (id: string) => records.get(id),
    findByUserCode: async (userCode: string) => records.get(byUserCode.get(userCode) ?? ""),
    findByUid: async () => undefined,
    async consume(id: string) {
      const record = records.get(id);
      if (record) record.consumed = Math.floor(Date.now() / 1000);
    },
    async destroy(id: string) {
      records.delete(id);
    },
    async revokeByGrantId(grantId: string) {
      for (const id of byGrant.get(grantId) ?? []) records.delete(id);
      byGrant.delete(grantId);
    },
  };
}
