import type { App } from "../../directory/entities.ts";
import type { Permissions } from "../../directory/permissions.ts";
import { deriveKey, keyedHash, type SealKey } from "../../kernel/seal.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";

/** 96 bits: it proves nothing by itself; a yes still needs session and claim. */
const LENGTH = 16;

/**
 * What a page showed to be said yes to, in short: the app's name, the words and the scopes behind them. The form carries
 * it, so that a yes never means more, or other, than what was read.
 */
export function digestOfShown(
  sealKey: SealKey,
  shown: { grant: Pick<DeviceGrant, "id">; app: App; permissions: Permissions },
): string {
  const { grant, app, permissions } = shown;
  const { oidc, resourceId, resourceScopes } = permissions.approved;
  const text = JSON.stringify([grant.id, app.name, permissions.lines, oidc, resourceId, resourceScopes]);
  return keyedHash(deriveKey(sealKey, "shown permissions"), text).slice(0, LENGTH);
}
