/** The way to one tenant's Microsoft Graph. */
export interface GraphAccess {
  /** `entra`: Microsoft's. `doorcode`: the embedded tenant's, which has a few members besides (docs/differences.md). */
  target: "entra" | "doorcode";
  /** `https://graph.microsoft.com/v1.0`, `https://localhost:8443/graph/v1.0`. No trailing slash. */
  base: string;
  /** Adds the administrator's token; it is called with addresses below `base` only. */
  fetch(url: string, init: { method: string; headers: Record<string, string>; body?: string }): Promise<Response>;
}
