import { GraphError } from "./graph-error.ts";

/** The refusals that many resources have, in Graph's own words where it has some. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, "Request_BadRequest", message);
}

export function invalidProperty(property: string, resource: string, why: string): GraphError {
  return badRequest(`Invalid value specified for property '${property}' of resource '${resource}': ${why}`);
}

export function notFound(what: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** A property that has to be unique has this value elsewhere. */
export function alreadyTaken(property: string): GraphError {
  return new GraphError(
    409,
    "Request_MultipleObjectsWithSameKeyValue",
    `Another object with the same value for property ${property} already exists.`,
  );
}

export function conflict(message: string): GraphError {
  return new GraphError(409, "ObjectConflict", message);
}
