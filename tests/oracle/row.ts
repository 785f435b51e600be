import type { Answer } from "./answer.ts";
import type { Peer } from "./peer.ts";

/** One request that both servers get. Their responses are the same, or differ exactly as stated here. */
export interface Row {
  title: string;
  ask(peer: Peer): Promise<Response>;
  differs?: {
    /** Its row in docs/differences.md. */
    as: string;
    ours: Partial<Answer>;
    theirs: Partial<Answer>;
  };
}

type Difference = NonNullable<Row["differs"]>;

/** Differences that more than one endpoint has. */
export const clientMissing: Difference = {
  as: "client-missing",
  ours: { status: 401, error: "invalid_client" },
  theirs: { status: 400, error: "invalid_request" },
};
export const challengeError: Difference = {
  as: "challenge-error",
  ours: { challenge: "Basic" },
  theirs: { challenge: "Basic invalid_client" },
};
/** Our UserInfo reports it only in the challenge. */
export const bareRefusal = (error: string): Difference => ({
  as: "userinfo-body",
  ours: { error: null, json: false },
  theirs: { error, json: true },
});
