/**
 * Why a node of the version before, or requests that are running, could not bear this statement of a migration on
 * PostgreSQL. Undefined if they can. Only known forms are accepted.
 *
 * @param created tables that the same migration creates: no other node uses them
 * @param contracts whether the migration says since when nothing uses what it takes away
 */
export function objectionTo(statement: string, created: Set<string>, contracts = false): string | undefined {
  const text = statement.replace(/--.*$/gm, "").replace(/\s+/g, " ").trim().toLowerCase();
  const of = (pattern: RegExp) =>
    pattern
      .exec(text)
      ?.slice(1)
      .map((each) => each?.replaceAll('"', ""));

  const [newTable] = of(/^create table (?:if not exists )?([\w"]+) ?\(/) ?? [];
  if (newTable !== undefined) {
    created.add(newTable);
    const foreign = [...text.matchAll(/references (\w+)[^,]*?(on delete (?:cascade|set null))?(?=,|\)$|\) ?,| \)$)/g)];
    const blocking = foreign.find(([, table = "", ending]) => !created.has(table) && ending === undefined);
    return blocking && `an older node could no longer delete rows of ${blocking[1]}: add on delete cascade`;
  }
  if (/^create sequence /.test(text)) return undefined;

  const [unique, concurrently, indexed = ""] =
    of(/^create (unique )?index (concurrently )?[\w"]+ on (?:[\w"]+\.)?([\w"]+)/) ?? [];
  if (indexed !== "") {
    if (created.has(indexed)) return undefined;
    if (unique !== undefined) return `an older node may write what a unique index of ${indexed} refuses`;
    return concurrently === undefined ? `blocks writes to ${indexed}: name it in \`indexes\`` : undefined;
  }

  const [written] = of(/^(?:insert into|update|delete from) ([\w"]+)/) ?? [];
  if (written !== undefined) {
    if (created.has(written) || written === "settings") return undefined;
    return `locks rows of ${written} until the end of the migration`;
  }

  const [altered, change = ""] = of(/^alter table ([\w"]+) (.*)$/) ?? [];
  if (altered !== undefined) return created.has(altered) ? undefined : objectionToChange(change, contracts);
  if (contracts && /^drop (table|sequence) /.test(text)) return undefined;
  return "is of a kind that is not known to be harmless";
}

function objectionToChange(change: string, contracts: boolean): string | undefined {
  if (contracts && /^drop (column|constraint) [\w" ]+$/.test(change)) return undefined;
  const column = /^add column (?:if not exists )?[\w"]+ (?:text|bigint|integer|smallint|boolean)(.*)$/.exec(change);
  if (!column) return "is a change of a table that an older node may not bear, or that takes long";
  const [, rest = ""] = column;
  const constant = /^ (?:not null )?default (?:'[^']*'|-?\d+|null|true|false)(?: not null)?$/;
  if (rest === "" || rest === " null" || constant.test(rest)) return undefined;
  return / not null/.test(rest) && !/ default /.test(rest)
    ? "an older node does not write the column: it must be nullable, or have a constant default"
    : "a column of an existing table has a type, and at most a constant default";
}
