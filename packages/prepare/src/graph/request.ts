/** One call of Graph, before it is sent. */
export interface GraphRequest<Answer = unknown> {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `GraphAccess.base`, with its query: `/applications?$filter=…`. */
  path: string;
  headers?: Record<string, string>;
  body?: object;
  /** Only for the compiler: what a 200 or 201 carries. */
  answer?: Answer;
}

/** `'it''s'`: a string of OData (OData 4.01 URL conventions §5.1.1.6.1), encoded for a URL. */
export function literal(text: string): string {
  return `'${encodeURIComponent(text.replaceAll("'", "''"))}'`;
}

/** A part of a path; an identifier of Graph's, which may have characters that a URL reserves. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

/** `$filter=displayName eq '…'`. */
export function equals(property: string, value: string): string {
  return `$filter=${property}%20eq%20${literal(value)}`;
}
