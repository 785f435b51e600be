import { client } from "./groups/client.ts";
import { guard } from "./groups/guard.ts";
import { prepare } from "./groups/prepare.ts";
import { tenant } from "./groups/tenant.ts";

/** The code where a fault lets an attacker in. */
export const groups = [...tenant, ...guard, ...client, ...prepare];
