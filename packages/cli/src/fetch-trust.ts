import tls from "node:tls";

/** `fetch` takes no CA of its own. Node.js 20 has no way but NODE_EXTRA_CA_CERTS, which the error then names. */
export function trustInFetch(pem: string): void {
  if (typeof tls.setDefaultCACertificates !== "function") return;
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), pem]);
}
