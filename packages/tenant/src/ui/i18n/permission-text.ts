import type { PermissionLine } from "../../directory/permissions.ts";
import type { Messages } from "./messages.ts";

/** One thing that a yes allows, in words. */
export function permissionText(line: PermissionLine, { permissions }: Messages): string {
  switch (line.kind) {
    case "api":
      return line.text;
    case "administration":
      return permissions.administration[line.of];
    case "offline":
      return permissions.offline(line.days);
    case "for_hours":
      return permissions.for_hours(line.hours);
    default:
      return permissions[line.kind];
  }
}
