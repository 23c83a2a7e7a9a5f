/** Variables of `.env.example` that share one comment, with the heading of their section. */
export interface VariableGroup {
  section: string;
  /** Paragraphs of the comment, each on one line. */
  text: string[];
  names: string[];
}

/** Matches `# --- Where it listens ------`. */
const SECTION = /^# --- (.+?) -+$/;
/** Matches `NAME=value`, commented out or not. */
const VARIABLE = /^(?:# )?([A-Z][A-Z0-9_]*)=/;
const COMMENT = /^# ?(.*)$/;
/** `* [LONG__NAME]` marks a variable with a long name, which the schema defines. */
const LONG_NAME_MARK = /^\* \[\w+\] /;

/** Parses `.env.example`, the only source of texts about variables. */
export function readVariables(example: string): VariableGroup[] {
  const groups: VariableGroup[] = [];
  let section: string | undefined;
  let comment: string[] = [];
  let open: VariableGroup | undefined;
  for (const line of example.split('\n')) {
    const heading = SECTION.exec(line)?.[1];
    const name = VARIABLE.exec(line)?.[1];
    if (heading !== undefined) {
      section = heading;
      comment = [];
    } else if (name !== undefined && section !== undefined) {
      open ??= addGroup(groups, { section, text: paragraphs(comment), names: [] });
      open.names.push(name);
      comment = [];
    } else {
      open = undefined;
      const text = COMMENT.exec(line)?.[1];
      if (text === undefined) comment = [];
      else comment.push(text);
    }
  }
  return groups;
}

function addGroup(groups: VariableGroup[], group: VariableGroup): VariableGroup {
  groups.push(group);
  return group;
}

function paragraphs(comment: readonly string[]): string[] {
  return comment
    .join('\n')
    .split('\n\n')
    .map((paragraph) => paragraph.replaceAll('\n', ' ').replace(LONG_NAME_MARK, ''));
}
