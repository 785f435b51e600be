import type { ControlRequest, ControlResults, Operate, TenantLocation } from "@doorcode/tenant/operator";
import type { Arguments } from "../definition/command.ts";
import { UsageError } from "../exit-codes.ts";
import { givenServerFile, readServerFile } from "./server-file.ts";

const tenant = () => import("@doorcode/tenant/operator");

/** The data folder that a command works on. */
export const dataFolder = async (given: Arguments): Promise<string> =>
  given.text("data") ?? (await tenant()).defaultDataDir();

/** The server file of the tenant that a command operates, if one is named and nothing names another tenant. */
export function serverFileOf(given: Arguments): string | undefined {
  const isPlace = given.text("data") !== undefined || given.text("store-file") !== undefined;
  if (given.text("config") && isPlace) {
    throw new UsageError(
      "--config names the data folder and the store, so --data and --store-file cannot be added.",
      "Keep one: --config for a tenant of doorcode tenant serve, --data for one of doorcode tenant start.",
    );
  }
  return isPlace ? undefined : givenServerFile(given);
}

/**
 * Where the tenant is that a command operates: in its server file (`--config`), else `--data`, `--store-file`,
 * `DOORCODE_CONFIG`, `DOORCODE_STORE`.
 */
export async function tenantLocation(given: Arguments): Promise<TenantLocation> {
  const file = serverFileOf(given);
  if (file !== undefined) {
    const { data, store, sealKeyFile } = await readServerFile(file, "store");
    return { data, store, ...(sealKeyFile !== undefined && { sealKeyFile }) };
  }
  const data = await dataFolder(given);
  const { storeFrom } = await tenant();
  return { data, store: storeFrom(process.env, given.text("store-file"), data) };
}

/** For a command that sends many requests. */
export async function operateTenantOften<Result>(
  given: Arguments,
  work: (operate: Operate) => Promise<Result>,
): Promise<Result> {
  const { operateOften } = await tenant();
  return operateOften(await tenantLocation(given), work);
}

/** Sends the request to the tenant that the command line names, or makes the change in its store. */
export async function operateTenant<Request extends ControlRequest>(
  given: Arguments,
  request: Request,
): Promise<ControlResults[Request["do"]]> {
  const { operate } = await tenant();
  return operate(await tenantLocation(given), request);
}
