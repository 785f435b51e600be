import type { Store } from "../storage/store.ts";

/** False only where the app requires assignment and neither this person nor a group of theirs has it. */
export async function mayUse(store: Store, clientId: string, userId: string): Promise<boolean> {
  const app = await store.directory.findApp(clientId);
  return app?.assignmentRequired !== true || store.directory.isAssigned(clientId, userId);
}
