import type { DeviceGrant } from "./device-grant.ts";

/** A device's request as the console shows it. Times are milliseconds since the epoch. */
export interface LiveRequest
  extends Pick<
    DeviceGrant,
    | "id"
    | "userCode"
    | "clientId"
    | "status"
    | "denialReason"
    | "deviceName"
    | "devicePlatform"
    | "initiatedIp"
    | "createdAt"
    | "expiresAt"
    | "decidedAt"
    | "decidedBy"
  > {
  /** Null: the app was deleted. */
  appName: string | null;
  /** When a browser first entered the code. Null: none has, or its interaction has ended. */
  openedAt: number | null;
  /** The user who holds or decided the request, or who has passed a first factor in a browser with its code. */
  email: string | null;
  /** The scopes that it asked for, in short: `openid`, `ToDoList.Read`. */
  asksFor: string[];
  /** The sign-in that its tokens began, or null. */
  familyId: string | null;
  /** When the device got its tokens. */
  redeemedAt: number | null;
  /** When that sign-in was ended. Null: it was not, or there is none. */
  endedAt: number | null;
}

/** The requests of devices whose codes are valid, or would be. Those that are decided stay until then. */
export interface LiveRequests {
  /**
   * The latest end first, which with one lifetime is the newest first.
   *
   * @param of.after the last one of the page before
   * @param of.limit at most 200
   */
  list(of: {
    now: number;
    after?: Pick<LiveRequest, "expiresAt" | "id"> | undefined;
    limit: number;
  }): Promise<LiveRequest[]>;
  /** How many wait for an answer. */
  count(now: number): Promise<number>;
}
