/**
 * Reads, applies and writes `doorcode.tenant.yaml`. Handed in by the command line that runs these commands: the tenant
 * imports no other package of the project, so that what speaks to its Graph and what answers there share no mistake.
 */
export interface TenantFiles {
  /** Reads and checks a file before anything is started. */
  open(path: string): Promise<OpenedTenantFile>;
  /** The text of a file that says what this tenant is. */
  exportFrom(graph: GraphDoor): Promise<string>;
}

export interface OpenedTenantFile {
  name: string | undefined;
  domain: string | undefined;
  /** `#rrggbb`. */
  colour: string | undefined;
  /** Makes the tenant what the file says; calls `report` with a line for each thing done. */
  apply(graph: GraphDoor, report: (line: string) => void): Promise<void>;
}

/** The way to the running tenant's Graph in the operator's name. */
export interface GraphDoor {
  /** Without a slash at its end. */
  base: string;
  token: string;
  /** PEM. */
  ca: string;
}
